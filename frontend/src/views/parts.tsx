import type { Delivery, State } from "../state";
import { KIND_WORDS, LETTERS, sign } from "../words";

/** The kind as a letter in its own hue and outline. */
export function KindLetter({ delivery }: { delivery: Delivery }) {
  return (
    <span class={`sb-kind sb-kind-${delivery.kind}`} title={KIND_WORDS[delivery.kind]}>
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
