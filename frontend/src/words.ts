/** The words and signs the views use, in one place, so that all panes speak alike. */

import type { Kind } from "./records";
import { type Delivery, isBlocked, outsideLabel, type State, type Subscription } from "./state";

export const LETTERS: Record<Kind, string> = { request: "Q", response: "R", event: "P" };

export const KIND_WORDS: Record<Kind, string> = {
  request: "request (send_message)",
  response: "response",
  event: "event (publish_message)",
};

/** A number as people read it: 12,345. */
export function whole(number: number): string {
  // `toLocaleString` would load the language data of the browser, in the middle of the first draw.
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");
}

export interface Sign {
  glyph: string;
  word: string;
  /** Names the look in the style sheet. */
  look: string;
}

/** How a delivery stands, as sign and word: never by colour alone. */
export function sign(state: State, delivery: Delivery): Sign {
  if (delivery.state === "queued") {
    const word = isBlocked(state, delivery) ? "queued: one turn at a time" : "queued";
    return { glyph: "○", word, look: "queued" };
  }
  if (delivery.state === "held") return { glyph: "‖", word: "held", look: "held" };
  if (delivery.state === "handling") return { glyph: "●", word: "handling", look: "handling" };
  if (delivery.state === "waiting")
    return { glyph: "◐", word: `waits for ${waitedFor(state, delivery)}`, look: "waiting" };
  return verdictSign(delivery);
}

function verdictSign(delivery: Delivery): Sign {
  switch (delivery.verdict) {
    case "unhandled":
      return { glyph: "∅", word: "not handled", look: "unhandled" };
    case "failed":
      return { glyph: "✕", word: delivery.error?.type ?? "failed", look: "failed" };
    case "dropped":
      return { glyph: "⊘", word: `dropped${byWhom(delivery)}`, look: "dropped" };
    case "undeliverable":
      return { glyph: "⊗", word: "undeliverable", look: "undeliverable" };
    case "no_recipient":
      return {
        glyph: "⊣",
        word: delivery.recipient === null ? "0 subscribers" : "subscription removed",
        look: "no_recipient",
      };
    case "skipped_sender":
      return { glyph: "↷", word: "skipped: the sender itself", look: "skipped_sender" };
    case "cancelled":
      return { glyph: "⊝", word: "cancelled", look: "cancelled" };
    case "stranded":
      return { glyph: "⌀", word: "stranded", look: "stranded" };
    default:
      return { glyph: "✓", word: `handled${consequences(delivery)}`, look: "handled" };
  }
}

function consequences(delivery: Delivery): string {
  // A response that carries an exception raises it where the caller waits.
  if (delivery.error !== null) return `: raises ${delivery.error.type}`;
  return delivery.sent.length === 0 ? "" : ` (${delivery.sent.length} sent)`;
}

/** Who dropped it, as in " by Guard"; empty where nobody but the user did. */
export function byWhom(delivery: Delivery): string {
  const dropper = delivery.interceptions.find((one) => one.outcome === "dropped");
  if (dropper !== undefined) return ` by ${dropper.handler}`;
  return delivery.reason === null ? "" : ` (${delivery.reason})`;
}

function waitedFor(state: State, delivery: Delivery): string {
  const agents = delivery.waitsOn.map(
    (number) => state.deliveries.get(number)?.recipient ?? `#${number}`,
  );
  return agents.length === 0 ? "an answer" : [...new Set(agents)].join(", ");
}

/** What a subscription connects, as in `orders* → till`; its label where that is not known. */
export function subscriptionWords({ topicType, prefix, agentType, label }: Subscription): string {
  const topics = topicType ?? (prefix === null ? null : `${prefix}*`);
  return topics === null || agentType === null ? label : `${topics} → ${agentType}`;
}

export function senderWords(state: State, delivery: Delivery): string {
  return delivery.sender ?? outsideLabel(state, delivery);
}

/** What a label of the outside means. */
export function outsideWords(label: string): string {
  if (label === "outside") return "outside any agent";
  return label === "the view" ? "a form of this view" : `the cell ${label}`;
}

export function recipientWords(state: State, delivery: Delivery): string {
  if (delivery.recipient !== null) return delivery.recipient;
  return delivery.kind === "response" ? outsideLabel(state, delivery) : "nobody";
}

export function topicWords(delivery: Delivery): string {
  return delivery.topic === null ? "" : `${delivery.topic.type}/${delivery.topic.source}`;
}

/** One sentence about the last step, spoken politely to a screen reader and shown below. */
export function sentence(state: State): string {
  const number = state.moves.at(-1);
  const last = number === undefined ? undefined : state.deliveries.get(number);
  if (last === undefined) return opening(state);
  const what = `${last.kind} ${last.messageType} from ${senderWords(state, last)} to ${target(state, last)}`;
  return `Step ${whole(last.step ?? 0)}: ${what}, ${sign(state, last).word}.`;
}

function target(state: State, delivery: Delivery): string {
  if (delivery.recipient === null && delivery.kind === "event") return topicWords(delivery);
  return recipientWords(state, delivery);
}

function opening(state: State): string {
  const waiting = state.queue.size;
  if (waiting > 0)
    return `${count(waiting, "delivery", "deliveries")} in the queue, none made yet.`;
  if (state.types.size === 0) return "No agents yet: register one and it appears here.";
  return `${count(state.types.size, "agent type", "agent types")} registered, no messages yet.`;
}

/** What the numbers come to when nothing moves: for the empty queue. */
export function tally(state: State): string {
  const parts = [...state.verdicts]
    .filter(([verdict]) => verdict !== "skipped_sender")
    .map(([verdict, number]) => `${number} ${verdict.replace("_", " ")}`);
  return parts.length === 0 ? "nothing delivered yet" : parts.join(", ");
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
