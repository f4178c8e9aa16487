/** The rows of the queue: what is pending in its order, then what is held, then dead letters. */

import type { Delivery, State } from "./state";
import { byWhom, recipientWords, senderWords, topicWords } from "./words";

export type Section = "pending" | "held" | "dead";

export type QueueRow =
  /** Deliveries of one publication that go one after the other. */
  | { kind: "group"; key: string; publication: string; numbers: number[]; open: boolean }
  | { kind: "delivery"; key: string; number: number; section: Section; inGroup: boolean }
  | { kind: "heading"; key: string; section: Section; count: number; open: boolean };

/** What the user has opened or closed; the rest is as `isOpen` has it. */
export type Opened = ReadonlyMap<string, boolean>;

/** Longer fan-outs begin closed. */
const OPEN_AT_MOST = 8;

/**
 * The rows of the queue.
 *
 * @param order - the pending deliveries in the order in which they would go; held ones among them
 *   are listed below.
 */
export function queueRows(state: State, order: Iterable<number>, opened: Opened): QueueRow[] {
  const going: Delivery[] = [];
  const held: number[] = [];
  for (const number of order) {
    const delivery = state.deliveries.get(number);
    if (delivery?.state === "held") held.push(number);
    else if (delivery !== undefined) going.push(delivery);
  }
  const rows: QueueRow[] = [];
  const parts = new Map<string, number>();
  for (let position = 0; position < going.length; ) {
    const numbers = runAt(going, position);
    pushRun(rows, going[position]?.publication ?? null, numbers, parts, opened);
    position += numbers.length;
  }
  pushSection(rows, "held", held, opened);
  pushSection(rows, "dead", state.dead.toReversed(), opened);
  return rows;
}

/** The deliveries from here on that belong to one publication. */
function runAt(going: readonly Delivery[], position: number): number[] {
  const first = going[position];
  if (first === undefined) return [];
  const numbers = [first.number];
  if (first.publication === null) return numbers;
  for (let next = position + 1; going[next]?.publication === first.publication; next += 1)
    numbers.push(going[next]?.number ?? 0);
  return numbers;
}

function pushRun(
  rows: QueueRow[],
  publication: string | null,
  numbers: number[],
  parts: Map<string, number>,
  opened: Opened,
): void {
  const inGroup = publication !== null && numbers.length > 1;
  if (inGroup) {
    // Other messages may stand between two parts of a publication: each part is a group.
    const part = parts.get(publication) ?? 0;
    parts.set(publication, part + 1);
    const key = `${publication}-${part}`;
    const open = opened.get(key) ?? numbers.length <= OPEN_AT_MOST;
    rows.push({ kind: "group", key, publication, numbers, open });
    if (!open) return;
  }
  for (const number of numbers)
    rows.push({ kind: "delivery", key: `${number}`, number, section: "pending", inGroup });
}

function pushSection(
  rows: QueueRow[],
  section: "held" | "dead",
  numbers: readonly number[],
  opened: Opened,
): void {
  if (numbers.length === 0) return;
  const open = opened.get(section) ?? true;
  rows.push({ kind: "heading", key: section, section, count: numbers.length, open });
  if (!open) return;
  for (const number of numbers)
    rows.push({ kind: "delivery", key: `${number}`, number, section, inGroup: false });
}

/** The row that shows a delivery: its own or, in a closed group, that of the group; -1 if none. */
export function rowOf(rows: readonly QueueRow[], number: number): number {
  return rows.findIndex(
    (row) =>
      (row.kind === "delivery" && row.number === number) ||
      (row.kind === "group" && !row.open && row.numbers.includes(number)),
  );
}

/** Why no handler worked on a delivery, in words: one sentence for each of six reasons. */
export function deadReason(state: State, delivery: Delivery): string {
  const { verdict, reason, error } = delivery;
  switch (verdict) {
    case "unhandled":
      return reason ?? `no handler of ${delivery.recipient} takes ${delivery.messageType}`;
    case "no_recipient":
      return delivery.recipient === null
        ? `nobody subscribes to ${topicWords(delivery)}`
        : `the subscription of ${delivery.recipient} was removed`;
    case "undeliverable":
      return error === null
        ? `${delivery.recipient ?? "its recipient"} could not be reached`
        : `${error.type}: ${error.text}`;
    case "dropped":
      return `dropped${byWhom(delivery) || " by you"}${error === null ? ", without a word" : ""}`;
    case "cancelled":
      return delivery.kind === "response"
        ? `${recipientWords(state, delivery)} no longer waits for it`
        : `${senderWords(state, delivery)} called it off`;
    default:
      return "the runtime was stopped before it was delivered";
  }
}

/** Where a delivery goes when it is moved by one place: before which other, null for the end. */
export function placeMoved(
  order: readonly number[],
  number: number,
  by: 1 | -1,
): { before: number | null } | null {
  const others = order.filter((other) => other !== number);
  const place = order.indexOf(number);
  const target = place + by;
  if (place < 0 || target < 0 || target > others.length) return null;
  return { before: others[target] ?? null };
}
