/** What the user watches on agents, as short texts for their cards. */

import type { Agent, State } from "../state";
import type { Store } from "../store";

/** Nothing until the second part is here, which has what is watched. */
export function watchedFields(store: Store, state: State): (agent: Agent) => string[] {
  return store.more.panes.value?.fieldsOf(store, state) ?? (() => []);
}
