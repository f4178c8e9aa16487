import { action, keyWord, perform, title } from "../actions";
import type { Selection, Store } from "../store";

interface ActionButtonProps {
  store: Store;
  id: string;
  selection: Selection;
  label?: string;
  /** Only the sign is seen; the word is in the tooltip. */
  brief?: boolean;
}

/** A button of the table of actions, about this thing; it says why where it cannot be used. */
export function ActionButton({ store, id, selection, label, brief }: ActionButtonProps) {
  const one = action(id);
  const refusal = one.refusal(store, selection);
  return (
    <button
      type="button"
      class={brief ? "sb-small sb-glyph" : "sb-small"}
      data-testid="action"
      data-action={id}
      aria-label={brief ? label || one.label : undefined}
      aria-disabled={refusal !== null}
      aria-keyshortcuts={one.key === null ? undefined : keyWord(one.key)}
      title={`${brief ? `${label || one.label}: ` : ""}${title(one, refusal)}`}
      onClick={() => perform(store, id, selection)}
    >
      <span aria-hidden="true">{one.glyph} </span>
      {!brief && (label || one.label)}
    </button>
  );
}
