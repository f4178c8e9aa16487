import type { Delivery, State } from "../state";
import { KIND_WORDS, LETTERS, sign } from "../words";

/** The kind as a letter in its own hue and outline. */
export function KindLetter({ delivery, role }: { delivery: Delivery; role?: "gridcell" }) {
  return (
    <span class={`sb-kind sb-kind-${delivery.kind}`} role={role} title={KIND_WORDS[delivery.kind]}>
      {LETTERS[delivery.kind]}
    </span>
  );
}

export function StateSign({ state, delivery }: { state: State; delivery: Delivery }) {
  const { glyph, word, look } = sign(state, delivery);
  return (
    <span class={`sb-sign sb-look-${look}`} title={word}>
      <span aria-hidden="true">{glyph} </span>
      {word}
    </span>
  );
}

/** Cells and rows of a list that has the focus itself and names its active row. */
export const CELL = { role: "gridcell" } as const;
export const ROW = { role: "row" } as const;
