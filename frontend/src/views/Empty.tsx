import { standstill } from "../standstill";
import type { Store } from "../store";
import { Button } from "./Button";
import { DeliveryLinks } from "./links";

const EXAMPLE = `class Worker(RoutedAgent):
    @message_handler
    async def on(self, message: str, ctx: MessageContext) -> None:
        print(message)

await Worker.register(runtime, "worker", lambda: Worker("a"))
await runtime.send_message("hello", AgentId("worker", "one"))`;

/** What to do where there is nothing to see yet, and why nothing goes on. */
export function Empty({ store }: { store: Store }) {
  const state = store.read();
  const past = store.past.value !== null && !store.played;
  if (state.types.size === 0 && state.places.length === 0)
    return store.played ? null : (
      <div class="sb-empty-stage" data-testid="empty" data-state="no-agents">
        <p>
          <b>No agents yet.</b> Register one and send it a message, in a cell:
        </p>
        <pre>{EXAMPLE}</pre>
      </div>
    );
  const stuck = past ? null : standstill(state);
  if (stuck !== null)
    return (
      <div class="sb-banner sb-banner-stuck" data-testid="stuck">
        <span>{stuck.words}</span>
        <DeliveryLinks store={store} state={state} numbers={stuck.deliveries} />
      </div>
    );
  if (state.deliveries.size === 0 && store.past.value === null)
    return (
      <div class="sb-banner" data-testid="empty" data-state="no-messages">
        <span>
          {state.types.size === 1 ? "An agent type is" : `${state.types.size} agent types are`}{" "}
          registered, and nothing was sent yet.
        </span>
        <Button store={store} id="send" />
      </div>
    );
  return null;
}
