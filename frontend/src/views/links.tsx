import type { State } from "../state";
import type { Store } from "../store";
import { sign } from "../words";

export interface LinksProps {
  store: Store;
  state: State;
  numbers: readonly number[];
}

/** A named line of links; nothing where there are none. */
export function LinkField({ name, ...links }: LinksProps & { name: string }) {
  if (links.numbers.length === 0) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <DeliveryLinks {...links} />
      </dd>
    </>
  );
}

const MAX_LINKS = 24;

export function DeliveryLinks({ store, state, numbers }: LinksProps) {
  const shown = numbers.slice(-MAX_LINKS);
  return (
    <>
      {numbers.length > shown.length && (
        <span class="sb-quiet">{numbers.length - shown.length} more, then </span>
      )}
      {shown.map((number) => {
        const delivery = state.deliveries.get(number);
        const about = delivery && `${delivery.messageType}, ${sign(state, delivery).word}`;
        return (
          <button
            key={number}
            type="button"
            class="sb-link"
            data-delivery={number}
            title={about}
            onClick={() => store.select("delivery", number)}
          >
            #{number}
          </button>
        );
      })}
    </>
  );
}

export function AgentLink({ store, id }: { store: Store; id: string }) {
  return (
    <button type="button" class="sb-link" data-id={id} onClick={() => store.select("agent", id)}>
      {id}
    </button>
  );
}
