import type { Store } from "../store";

interface CommandButtonProps {
  store: Store;
  id: string;
  glyph: string;
  label: string;
  does: string;
  /** The command that it gives, with what belongs to it; or something else that it does. */
  command?: [name: string, args: { readonly [name: string]: unknown }];
  onClick?: () => void;
}

/** A button that is not in the table of actions. */
export function CommandButton(props: CommandButtonProps) {
  const { store, id, glyph, label, does, command, onClick } = props;
  const refusal = command === undefined ? null : store.refusal(command[0]);
  return (
    <button
      type="button"
      class="sb-small"
      data-testid="action"
      data-action={id}
      aria-disabled={refusal !== null}
      title={refusal ?? does}
      onClick={() => {
        if (refusal !== null) store.say(refusal);
        else if (command !== undefined) void store.run(...command);
        else onClick?.();
      }}
    >
      <span aria-hidden="true">{glyph} </span>
      {label}
    </button>
  );
}
