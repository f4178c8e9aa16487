import type { Store } from "../../store";
import { AgentLink } from "../links";

/** An agent as a link; or in words, where it is none. */
export function Party({ store, id, words }: { store: Store; id: string | null; words: string }) {
  return id === null ? <span>{words}</span> : <AgentLink store={store} id={id} />;
}
