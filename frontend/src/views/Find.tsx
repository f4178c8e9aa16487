import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { findNodes } from "../stage/find";
import type { Store } from "../store";

/** Type a part of a name, press Enter: the node is selected and comes into sight. */
export function Find({ store }: { store: Store }) {
  const text = useSignal("");
  const list = useId();
  const found = findNodes(store.now, text.value);
  const go = () => {
    const chosen = found.find(({ words, id }) => words === text.value || id === text.value);
    const [first] = found;
    if (chosen ?? first)
      store.select((chosen ?? first)?.what ?? "type", (chosen ?? first)?.id ?? "");
    else store.notice.value = `No agent, agent type or topic has "${text.value}" in its name.`;
  };
  return (
    <>
      <input
        class="sb-find"
        data-testid="find"
        type="search"
        placeholder="find a node"
        title="Find an agent, an agent type or a topic by its name, and go there (Enter)"
        aria-label="Find an agent, an agent type or a topic"
        list={list}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || text.value === "") return;
          event.stopPropagation();
          go();
        }}
      />
      <datalist id={list}>
        {found.map(({ what, id, words }) => (
          <option key={words} value={id}>{`${what} ${words}`}</option>
        ))}
      </datalist>
    </>
  );
}
