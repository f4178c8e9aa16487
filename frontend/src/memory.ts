/** What agents remember: their state after each change, and what differs between two of them. */

import { isObject } from "./read";
import type { Json, Snapshot } from "./records";
import type { Agent } from "./state";

/** How an agent was after one change; the earlier ones hang on it, and are never changed. */
export interface Memory {
  readonly state: Snapshot | null;
  /** The delivery in whose turn that was; null for the state at its creation. */
  readonly number: number | null;
  /** How many steps had been made. */
  readonly step: number;
  readonly before: Memory | null;
}

/** One field that differs; a side that is missing was not there. */
export interface Change {
  path: string;
  old?: Json;
  new?: Json;
}

/** The fields of a state, as data. */
export function contentOf(memory: Memory | null): { [name: string]: Json } {
  const { state } = memory ?? {};
  return state && "json" in state && isObject(state.json) ? state.json : {};
}

/** What the turn of a delivery has changed in its agent, as far as it has come. */
export function changesBy(agent: Agent, number: number): Change[] {
  const found: Change[] = [];
  for (let memory = agent.memory; memory !== null; memory = memory.before)
    if (memory.number === number)
      found.unshift(...differences(contentOf(memory.before), contentOf(memory)));
  return merged(found);
}

/** The state at the beginning of the turn of a delivery, and after it; null if it changed none. */
export function aroundTurn(agent: Agent, number: number): [Memory | null, Memory] | null {
  let last: Memory | null = null;
  let first: Memory | null = null;
  for (let memory = agent.memory; memory !== null; memory = memory.before) {
    if (memory.number !== number) continue;
    last ??= memory;
    first = memory;
  }
  return last === null || first === null ? null : [first.before, last];
}

/** What differs between two pieces of data, as deep as it is nested. */
export function differences(old: Json | undefined, now: Json | undefined, path = ""): Change[] {
  if (isObject(old) && isObject(now)) {
    const names = new Set([...Object.keys(old), ...Object.keys(now)]);
    return [...names].flatMap((name) =>
      differences(member(old, name), member(now, name), below(path, name)),
    );
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    const places = Array.from({ length: Math.max(old.length, now.length) }, (_, place) => place);
    return places.flatMap((place) => differences(old[place], now[place], `${path}[${place}]`));
  }
  if (old === now) return [];
  return [{ path, ...(old !== undefined && { old }), ...(now !== undefined && { new: now }) }];
}

function member(data: { [name: string]: unknown }, name: string): Json | undefined {
  return Object.hasOwn(data, name) ? (data[name] as Json) : undefined;
}

function below(path: string, name: string): string {
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

/** Changes of one field that follow from each other are one. */
function merged(changes: readonly Change[]): Change[] {
  const found = new Map<string, Change[]>();
  for (const change of changes) {
    const same = found.get(change.path) ?? [];
    found.set(change.path, same);
    const last = same.at(-1);
    const { old, ...after } = change;
    // Another turn may have changed it in between.
    if (last === undefined || !isSame(last.new, old)) same.push(change);
    else same[same.length - 1] = { ...("old" in last && { old: last.old as Json }), ...after };
  }
  return [...found.values()].flat().filter((one) => !isSame(one.old, one.new));
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

const STEP = /\.?([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** The value at a path such as `orders[0].price`; undefined where there is none. */
export function valueAt(data: Json, path: string): Json | undefined {
  let value: Json | undefined = data;
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const step = STEP.exec(path);
    if (step === null) return undefined;
    const [, name, index, quoted] = step;
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
    else {
      const key: string = name ?? (JSON.parse(quoted ?? '""') as string);
      value = isObject(value) ? member(value, key) : undefined;
    }
    if (value === undefined) return undefined;
  }
  return value;
}
