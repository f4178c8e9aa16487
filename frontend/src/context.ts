/** The words about each field of a MessageContext. */

import { type Delivery, outsideLabel, type State } from "./state";
import { outsideWords, topicWords } from "./words";

export interface ContextField {
  name: string;
  value: string;
  /** What the value means here; always given where it is None. */
  meaning: string;
}

/** Every field of the MessageContext that the handler sees, with each None explained. */
export function contextFields(
  state: State,
  delivery: Delivery,
  cancelled: boolean | null = null,
): ContextField[] {
  return [
    senderField(state, delivery),
    topicField(delivery),
    {
      name: "is_rpc",
      value: delivery.isRpc ? "True" : "False",
      meaning: delivery.isRpc ? "the sender waits for an answer" : "nobody waits for an answer",
    },
    {
      name: "cancellation_token",
      value: cancelled || delivery.verdict === "cancelled" ? "cancelled" : "not cancelled",
      meaning: cancelled
        ? "the sender has called it off; a turn that is open goes on"
        : "the sender can call it off with this token",
    },
    {
      name: "message_id",
      value: delivery.messageId || "None",
      meaning: messageIdMeaning(delivery),
    },
  ];
}

function senderField(state: State, delivery: Delivery): ContextField {
  if (delivery.sender !== null)
    return { name: "sender", value: delivery.sender, meaning: "the agent that sent it" };
  const from = outsideWords(outsideLabel(state, delivery));
  return { name: "sender", value: "None", meaning: `no agent sent it: it came from ${from}` };
}

function topicField(delivery: Delivery): ContextField {
  if (delivery.topic !== null)
    return {
      name: "topic_id",
      value: topicWords(delivery),
      meaning: "type / source it was published to",
    };
  const how = delivery.kind === "response" ? "it answers a request" : "it was sent directly";
  return { name: "topic_id", value: "None", meaning: `not published: ${how}` };
}

function messageIdMeaning(delivery: Delivery): string {
  if (delivery.messageId === "") return "the runtime gave it no id";
  if (delivery.kind === "event") return "shared by every delivery of this publication";
  return delivery.kind === "request"
    ? "shared by this request and its response"
    : "that of the request it answers";
}
