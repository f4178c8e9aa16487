/** Finds nodes by what their names contain; what begins with it comes first. */

import type { State } from "../state";
import type { Selection } from "../store";

export interface Found extends Selection {
  words: string;
}

export function findNodes(state: State, text: string, limit = 12): Found[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const begins: Found[] = [];
  const contains: Found[] = [];
  const look = (what: Selection["what"], id: string, kind: string) => {
    const at = id.toLowerCase().indexOf(wanted);
    if (at < 0 || begins.length >= limit) return;
    const isKey = what === "agent" && id.toLowerCase().endsWith(`/${wanted}`);
    (at === 0 || isKey ? begins : contains).push({ what, id, words: `${kind} ${id}` });
  };
  for (const type of state.types.keys()) look("type", type, "agent type");
  for (const topic of state.topics.keys()) look("topic", topic, "topic");
  for (const agent of state.agents.keys()) look("agent", agent, "agent");
  return [...begins, ...contains].slice(0, limit);
}
