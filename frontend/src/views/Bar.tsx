import { useRef, useState } from "preact/hooks";
import { LOST } from "../link";
import { SITUATIONS, situation } from "../situation";
import type { Store } from "../store";
import { whole } from "../words";
import { Button } from "./Button";
import { later, soon } from "./later";
import type { MenuPlace } from "./Menu";
import { Order } from "./Order";

const ViewMenu = later("ViewMenu", null);

const VERBS = ["back", "step", "over", "conversation", "run", "pause"] as const;
/** What can be done with what has happened already. */
const MOVES = ["back", "step", "now"] as const;

/** What the runtime is doing, and what one can make it do. */
export function Bar({ store }: { store: Store }) {
  return (
    <div class="sb-bar">
      <Word store={store} />
      {!store.live.value && !store.played && (
        <span class="sb-frozen" data-testid="frozen" title={LOST}>
          frozen
        </span>
      )}
      <div
        class="sb-buttons"
        role="toolbar"
        aria-label="Stepping"
        tabIndex={-1}
        onKeyDown={roam}
        onFocusIn={keepStop}
      >
        {(store.played ? MOVES : VERBS).map((id) => (
          <Button
            key={id}
            store={store}
            id={id}
            testId={id}
            class={id === "step" ? "sb-main" : ""}
          />
        ))}
      </div>
      <div class="sb-more">
        {store.played ? (
          <span class="sb-about" data-testid="about" title={store.about}>
            {store.about}
          </span>
        ) : (
          <Order store={store} />
        )}
        <Button store={store} id="search" bare />
        <ViewButton store={store} />
        <Button store={store} id="help" bare />
      </div>
    </div>
  );
}

function Word({ store }: { store: Store }) {
  const now = situation(store);
  const { glyph, word, title } = SITUATIONS[now];
  return (
    <span class={`sb-word sb-word-${now}`} title={title}>
      <span aria-hidden="true">{glyph} </span>
      <span data-testid="state-word" data-state={now}>
        {word}
      </span>
      {now === "past" && (
        <span class="sb-word-step">
          {" "}
          · step {whole(store.past.value ?? 0)} of {whole(store.now.moves.length)}
        </span>
      )}
    </span>
  );
}

function ViewButton({ store }: { store: Store }) {
  const [place, setPlace] = useState<MenuPlace | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const open = () => {
    const box = opener.current?.getBoundingClientRect();
    if (box) setPlace({ x: box.left, y: box.bottom, opener: opener.current });
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        class="sb-verb"
        data-testid="view-menu"
        aria-haspopup="menu"
        aria-expanded={place !== null}
        title="What is shown, and how"
        onClick={() => soon(store, open)}
      >
        View ▾
      </button>
      {place !== null && <ViewMenu store={store} place={place} onClose={() => setPlace(null)} />}
    </>
  );
}

/** One tab stop for all the verbs: the one that was used last. */
function keepStop(event: FocusEvent): void {
  const row = event.currentTarget as HTMLElement;
  for (const button of row.querySelectorAll<HTMLElement>("button"))
    button.tabIndex = button === event.target ? 0 : -1;
}

function roam(event: KeyboardEvent): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by === undefined) return;
  const row = event.currentTarget as HTMLElement;
  const buttons = [...row.querySelectorAll<HTMLElement>("button")];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
  event.stopPropagation();
}
