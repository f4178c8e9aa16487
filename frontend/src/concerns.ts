/** What a delivery has to do with what is selected. */

import { type Delivery, splitAgentId } from "./state";
import type { Selection } from "./store";

/** Whether the selected agent, type, topic or subscription has a part in this delivery. */
export function concerns(selection: Selection | null, delivery: Delivery): boolean {
  const { sender, recipient, topic, subscriptions } = delivery;
  switch (selection?.what) {
    case "agent":
      return sender === selection.id || recipient === selection.id;
    case "type":
      return [sender, recipient].some(
        (agent) => agent !== null && splitAgentId(agent).type === selection.id,
      );
    case "topic":
      return topic?.type === selection.id;
    case "subscription":
      return subscriptions.includes(selection.id);
    default:
      return false;
  }
}
