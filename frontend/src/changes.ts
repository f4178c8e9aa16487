/** What differs between two states that an agent had, or between two pieces of data. */

import { contentOf, type Memory, member } from "./memory";
import { isObject } from "./read";
import type { Json } from "./records";
import type { Agent } from "./state";

/** One field that differs; a side that is missing was not there. */
export interface Change {
  path: string;
  old?: Json;
  new?: Json;
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
