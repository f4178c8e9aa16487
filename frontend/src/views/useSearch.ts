import { useMemo, useRef } from "preact/hooks";
import type { Panes } from "../more";
import type { State } from "../state";
import type { Store } from "../store";

interface Found {
  /** Numbers of deliveries, in the order of the log. */
  found: readonly number[];
  /** What cannot be understood of what is searched for, in words. */
  trouble: readonly string[];
  /** Whether it is not simply all of them. */
  searched: boolean;
}

/** The deliveries of the log that are searched for; all, until the second part is here. */
export function useSearch(store: Store, state: State): Found {
  const text = store.search.value;
  const panes = store.more.panes.value;
  const search = useRef<InstanceType<Panes["Search"]> | null>(null);
  const query = useMemo(() => panes?.parse(text), [panes, text]);
  if (panes === null || query === undefined)
    return { found: state.log, trouble: [], searched: false };
  search.current ??= new panes.Search();
  const found = search.current.find(state, text, query);
  return { found, trouble: query.trouble, searched: query.terms.length > 0 };
}
