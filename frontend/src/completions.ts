/** How a search could go on: the filters there are, and the names that occur in the run. */

import { bare, FILTERS, type FilterName, isFilter, NAMES, STATES } from "./search";
import type { State } from "./state";

export interface Completion {
  /** The text of the whole search with this completion taken. */
  text: string;
  label: string;
  /** What it means, or how many deliveries it stands for. */
  about: string;
}

const MOST_COMPLETIONS = 8;

/** How the last word of a search could go on. */
export function completions(state: State, text: string): Completion[] {
  const last = /(?:"[^"]*"?|[^\s"])*$/.exec(text)?.[0] ?? "";
  const before = text.slice(0, text.length - last.length);
  const colon = last.indexOf(":");
  const filter = last.slice(0, Math.max(0, colon)).toLowerCase();
  if (colon < 0 || !isFilter(filter))
    return NAMES.filter((name) => name.startsWith(lower(last)) && name !== lower(last)).map(
      (name) => ({
        text: `${before}${name}:`,
        label: `${name}:`,
        about: FILTERS[name],
      }),
    );
  const typed = lower(bare(last.slice(colon + 1)));
  return [...valuesOf(state, filter)]
    .filter(([value]) => lower(value).includes(typed) && value !== typed)
    .sort((a, b) => rank(a[0], typed) - rank(b[0], typed))
    .slice(0, MOST_COMPLETIONS)
    .map(([value, about]) => ({
      text: `${before}${filter}:${/\s/.test(value) ? `"${value}"` : value} `,
      label: value,
      about,
    }));
}

const lower = (text: string): string => text.toLowerCase();

/** What begins as it was typed comes first. */
function rank(value: string, typed: string): number {
  return lower(value).startsWith(typed) ? 0 : 1;
}

const LOOKED_AT = 20_000;

function valuesOf(state: State, filter: FilterName): Map<string, string> {
  const values = new Map<string, string>();
  const add = (value: string, about: string) => {
    if (!values.has(value)) values.set(value, about);
  };
  switch (filter) {
    case "type":
      for (const number of state.log.slice(-LOOKED_AT)) {
        const delivery = state.deliveries.get(number);
        if (delivery !== undefined) add(delivery.messageType, "message type");
      }
      break;
    case "from":
    case "to":
      for (const type of state.types.keys()) add(type, "all agents of this type");
      for (const id of state.agents.keys()) add(id, "agent");
      if (filter === "from")
        for (const { column, id } of state.places)
          if (column === "outside") add(id.slice(id.indexOf(":") + 1), "sent from there");
      break;
    case "topic":
      for (const { type, sources } of state.topics.values()) {
        add(type, "topic type");
        for (const source of sources) add(`${type}/${source}`, "topic");
      }
      break;
    case "state":
      for (const known of STATES) add(known, "");
      for (const [verdict, number] of state.verdicts) values.set(verdict, `${number}`);
      break;
    case "before":
      for (const number of state.log.slice(-MOST_COMPLETIONS).reverse())
        add(`#${number}`, state.deliveries.get(number)?.messageType ?? "");
      break;
  }
  return values;
}
