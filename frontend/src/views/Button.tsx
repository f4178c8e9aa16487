import { action, keyWord, perform, title } from "../actions";
import type { Selection, Store } from "../store";

interface ButtonProps {
  store: Store;
  /** Id of the action. */
  id: string;
  selection?: Selection | null;
  class?: string;
  testId?: string;
  /** Shows the sign alone; the label is read out. */
  bare?: boolean;
}

/** The button of an action: what it does, its key, and why not if it makes no sense now. */
export function Button({ store, id, selection, bare, testId, ...rest }: ButtonProps) {
  const one = action(id);
  const about = selection === undefined ? store.selection.value : selection;
  const refusal = one.refusal(store, about);
  // Not `disabled`: a disabled button would lose the keyboard focus, and could not say why.
  return (
    <button
      type="button"
      class={`sb-verb ${rest.class ?? ""}`}
      data-testid={testId ?? "action"}
      data-action={id}
      aria-disabled={refusal !== null}
      aria-keyshortcuts={one.key === null ? undefined : keyWord(one.key)}
      aria-label={bare ? one.label : undefined}
      title={title(one, refusal)}
      onClick={() => perform(store, id, about)}
    >
      <span aria-hidden="true">{one.glyph}</span>
      {!bare && <span class="sb-label">{one.label}</span>}
    </button>
  );
}
