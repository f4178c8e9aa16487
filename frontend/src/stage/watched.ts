/** What the user watches on agents, as short texts for their cards. */

import { inLine, listsOf, watchedValue } from "../lists";
import type { Agent, State } from "../state";
import type { Store } from "../store";

export function watchedFields(store: Store, state: State): (agent: Agent) => string[] {
  const watches = listsOf(store).watches.value;
  return ({ id }) =>
    watches
      .filter(({ agent }) => agent === id)
      .map(({ path }) => `${path} = ${inLine(watchedValue(state, id, path))}`);
}
