import { senderWords } from "../words";
import type { TabProps } from "./detail/MessageTab";
import { Cancel, close } from "./forms";
import { useKeyboard } from "./useKeyboard";

/** Two ways to lose a message; the user says which. */
export function DropForm({ store, state, delivery }: TabProps) {
  const { number, kind } = delivery;
  const box = useKeyboard<HTMLDivElement>(true, "button");
  const drop = async (error: boolean) => {
    await store.run("drop", { number, error });
    close(store);
  };
  const waits = kind === "event" ? "Nobody waits for it" : `${senderWords(state, delivery)} waits`;
  return (
    <div
      ref={box}
      tabIndex={-1}
      class="sb-form"
      role="group"
      data-testid="drop-form"
      aria-label={`Drop #${number}`}
    >
      <h4>
        Drop #{number} {delivery.messageType}
      </h4>
      <p class="sb-line-wrap">
        <button
          type="button"
          class="sb-small sb-main"
          data-testid="drop-silently"
          title="As a message that was lost on the way: whoever waits, goes on waiting"
          onClick={() => void drop(false)}
        >
          Silently
        </button>
        {kind !== "event" && (
          <button
            type="button"
            class="sb-small"
            data-testid="drop-error"
            title="Raise a MessageDroppedException where the caller waits"
            onClick={() => void drop(true)}
          >
            With an error
          </button>
        )}
        <Cancel store={store} />
      </p>
      <p class="sb-quiet">
        {kind === "event"
          ? "Nobody waits for an event: the others who get it still do."
          : `${waits}: for ever, or until the error is raised there.`}
      </p>
    </div>
  );
}
