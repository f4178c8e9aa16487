/** Reading fields of records without trusting them: what is not of the right shape becomes null. */

import type { ErrorText, Handles, Json, RawRecord, Snapshot, TopicId } from "./records";

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Controls that would turn the text around them, or hide it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const INVISIBLE = /[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name, with characters that cannot be seen spelt out: one name looks like one name. */
export function name(value: unknown): string | null {
  if (typeof value !== "string") return null;
  return value.replace(
    INVISIBLE,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function integer(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

export function integers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item) => integer(item) !== null) : [];
}

export function finite(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** Ids may come as numbers or strings; inside the page they are strings. */
export function identifier(value: unknown): string | null {
  return typeof value === "number" ? String(value) : name(value);
}

export function identifiers(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap((item) => identifier(item) ?? []) : [];
}

export function snapshot(value: unknown): Snapshot | null {
  if (!isObject(value)) return null;
  const cut = value.cut === true;
  if ("json" in value) return { json: value.json as Json, cut };
  const repr = text(value.repr);
  return repr === null ? null : { repr, cut };
}

export function topicId(value: unknown): TopicId | null {
  if (!isObject(value)) return null;
  const type = name(value.type);
  return type === null ? null : { type, source: name(value.source) ?? "" };
}

export function errorText(value: unknown): ErrorText | null {
  if (!isObject(value)) return null;
  return {
    type: name(value.type) ?? "Exception",
    text: text(value.text) ?? "",
    traceback: text(value.traceback) ?? "",
  };
}

export function handles(value: unknown): Handles[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((item) => ({
    message: name(item.message) ?? "?",
    by: item.by === "rpc" || item.by === "event" ? item.by : "message",
    handler: name(item.handler) ?? "",
  }));
}

export interface Readdressed {
  number: number;
  recipient: string | null;
  subscriptions: string[];
}

export function readdressed(value: unknown): Readdressed[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).flatMap((item) => {
    const number = integer(item.number);
    if (number === null) return [];
    const recipient = name(item.recipient);
    return [{ number, recipient, subscriptions: identifiers(item.subscriptions) }];
  });
}

export function kindOf(record: RawRecord): string {
  return text(record.kind) ?? "(no kind)";
}
