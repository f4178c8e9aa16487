import { useLayoutEffect, useRef } from "preact/hooks";
import { GROUPS, keyWord, perform, title } from "../actions";
import type { Kind } from "../records";
import type { Store } from "../store";
import { KIND_WORDS, LETTERS } from "../words";

/** Keys that are no actions: they move about in what has the keyboard. */
const MOVES: readonly { keys: string; does: string }[] = [
  { keys: "J K, arrows", does: "Go through a list, the picture, the steps of the history" },
  { keys: "Home End", does: "First and last" },
  { keys: "Tab", does: "Next pane, one stop in each" },
];

/** Every action with its key, from the one table of actions; each can be done from here. */
export function Help({ store }: { store: Store }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  const close = () => {
    store.help.value = false;
  };
  return (
    <div
      ref={box}
      class="sb-help"
      data-testid="help"
      role="dialog"
      aria-label="Keys and buttons"
      tabIndex={-1}
    >
      <div class="sb-help-head">
        <h3>Keys and buttons</h3>
        <label>
          <input
            type="checkbox"
            checked={store.keys.value}
            onChange={(event) => {
              store.keys.value = event.currentTarget.checked;
            }}
          />{" "}
          Single keys act while the view has the keyboard
        </label>
        <button type="button" class="sb-verb" title="Close (Esc)" onClick={close}>
          Close
        </button>
      </div>
      <div class="sb-help-groups">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h4>{group.title}</h4>
            <ul>
              {group.actions.map((one) => (
                <li key={one.id}>
                  <HelpRow store={store} id={one.id} close={close} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        <section>
          <h4>Moving about</h4>
          <ul>
            {MOVES.map(({ keys, does }) => (
              <li key={keys} class="sb-help-row">
                <kbd>{keys}</kbd>
                <span>{does}</span>
              </li>
            ))}
          </ul>
          <h4>Letters</h4>
          <ul>
            {(Object.keys(LETTERS) as Kind[]).map((kind) => (
              <li key={kind} class="sb-help-row">
                <span class={`sb-kind sb-kind-${kind}`}>{LETTERS[kind]}</span>
                <span>{KIND_WORDS[kind]}</span>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}

function HelpRow({ store, id, close }: { store: Store; id: string; close(): void }) {
  const one = GROUPS.flatMap(({ actions }) => actions).find((each) => each.id === id);
  if (one === undefined) return null;
  const refusal = one.refusal(store, store.selection.value);
  return (
    <button
      type="button"
      class="sb-help-row"
      data-action={id}
      aria-disabled={refusal !== null}
      title={title(one, refusal)}
      onClick={() => {
        close();
        if (id !== "help" && id !== "leave") perform(store, id);
      }}
    >
      <kbd>{one.key === null ? "" : keyWord(one.key)}</kbd>
      <span>
        <b>{one.label}</b> {one.does}
      </span>
    </button>
  );
}
