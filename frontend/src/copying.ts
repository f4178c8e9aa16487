/** Deliveries as text that can be taken away: to the clipboard, or as a file. */

import type { Delivery, State } from "./state";
import { recipientWords, senderWords, sign, topicWords } from "./words";

/** A delivery as plain data, with the names that its context has in Python. */
export function asData(state: State, delivery: Delivery): { [name: string]: unknown } {
  return {
    number: delivery.number,
    step: delivery.step,
    kind: delivery.kind,
    message_type: delivery.messageType,
    message: plain(delivery.message),
    sender: delivery.sender,
    recipient: delivery.recipient,
    topic_id: delivery.topic,
    is_rpc: delivery.isRpc,
    message_id: delivery.messageId,
    cause: delivery.cause,
    request: delivery.request,
    cell: delivery.cell,
    state: delivery.state === "settled" ? delivery.verdict : delivery.state,
    result: plain(delivery.result),
    error: delivery.error === null ? null : `${delivery.error.type}: ${delivery.error.text}`,
    reason: delivery.reason,
    outcome: sign(state, delivery).word,
  };
}

function plain(snapshot: Delivery["message"]): unknown {
  if (snapshot === null) return null;
  return "repr" in snapshot ? snapshot.repr : snapshot.json;
}

/** A delivery in one line, as people write it. */
export function asText(state: State, delivery: Delivery): string {
  const { number, kind, messageType, message, messageId } = delivery;
  const topic = delivery.topic === null ? "" : ` on ${topicWords(delivery)}`;
  const route = `${senderWords(state, delivery)} → ${recipientWords(state, delivery)}${topic}`;
  const body = message === null ? "" : ` ${JSON.stringify(plain(message))}`;
  return `#${number} ${kind} ${messageType} ${route} (${messageId}): ${sign(state, delivery).word}${body}`;
}

/** One line of JSON for each delivery. */
export function asJsonLines(state: State, numbers: readonly number[]): string {
  return lines(state, numbers, (delivery) => JSON.stringify(asData(state, delivery)));
}

const COLUMNS = [
  "number",
  "step",
  "kind",
  "message_type",
  "message",
  "sender",
  "recipient",
  "topic_id",
  "is_rpc",
  "message_id",
  "cause",
  "state",
  "result",
  "error",
  "reason",
] as const;

/** A table that spreadsheets read. */
export function asCsv(state: State, numbers: readonly number[]): string {
  const rows = lines(state, numbers, (delivery) => {
    const data = asData(state, delivery);
    data.topic_id = topicWords(delivery);
    return COLUMNS.map((column) => csvCell(data[column])).join(",");
  });
  return `${COLUMNS.join(",")}\r\n${rows.replaceAll("\n", "\r\n")}`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // A cell that begins like this would be run as a formula.
  const safe = /^[=+\-@\t]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""').replaceAll("\n", " ")}"` : safe;
}

function lines(
  state: State,
  numbers: readonly number[],
  write: (delivery: Delivery) => string,
): string {
  const all = numbers.flatMap((number) => {
    const delivery = state.deliveries.get(number);
    return delivery === undefined ? [] : [write(delivery)];
  });
  return all.length === 0 ? "" : `${all.join("\n")}\n`;
}

/** Puts text into the clipboard; false where the page may not. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelecting(text);
  }
}

/** For pages that are not on https, and frames without the permission. */
function copyBySelecting(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.style.cssText = "position: fixed; top: 0; opacity: 0";
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}

/** Gives the user a file. Nothing leaves the page. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
