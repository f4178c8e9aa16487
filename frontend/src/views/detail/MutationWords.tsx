import { differences } from "../../changes";
import type { Mutation } from "../../state";
import { recipientWords } from "../../words";
import { DeliveryLinks } from "../links";
import { Changes } from "./Changes";
import type { TabProps } from "./MessageTab";

interface MutationProps extends TabProps {
  mutation: Mutation;
}

/** Who changed the message after it was sent, which fields, and who has the same object. */
export function MutationWords({ store, state, delivery, mutation }: MutationProps) {
  const { before, after, by, shared } = mutation;
  const fields =
    before && after && "json" in before && "json" in after
      ? differences(before.json, after.json)
      : [];
  const turn = by === null ? undefined : state.deliveries.get(by);
  return (
    <div class="sb-error" data-testid="mutation">
      <b>Changed after it was sent</b>{" "}
      {by === null ? (
        "by code outside of any turn"
      ) : (
        <>
          in the turn of <DeliveryLinks store={store} state={state} numbers={[by]} />{" "}
          {turn !== undefined && by !== delivery.number && recipientWords(state, turn)}
          {by === delivery.number && "(its own)"}
        </>
      )}
      {fields.length > 0 ? (
        <Changes changes={fields} />
      ) : (
        <p class="sb-quiet">where the recording does not reach</p>
      )}
      {shared.length > 0 && (
        <p>
          The same object is on its way as{" "}
          <DeliveryLinks store={store} state={state} numbers={shared} />
        </p>
      )}
    </div>
  );
}
