/** What agents remember: their state after each change. */

import { isObject } from "./read";
import type { Json, Snapshot } from "./records";

/** How an agent was after one change; the earlier ones hang on it, and are never changed. */
export interface Memory {
  readonly state: Snapshot | null;
  /** The delivery in whose turn that was; null for the state at its creation. */
  readonly number: number | null;
  /** How many steps had been made. */
  readonly step: number;
  readonly before: Memory | null;
}

/** The fields of a state, as data. */
export function contentOf(memory: Memory | null): { [name: string]: Json } {
  const { state } = memory ?? {};
  return state && "json" in state && isObject(state.json) ? state.json : {};
}

export function member(data: { [name: string]: unknown }, name: string): Json | undefined {
  return Object.hasOwn(data, name) ? (data[name] as Json) : undefined;
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
