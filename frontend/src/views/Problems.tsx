import { useEffect } from "preact/hooks";
import { type Problem, problemsOf } from "../problems";
import type { State } from "../state";
import type { Selection, Store } from "../store";
import { count, whole } from "../words";
import { AgentLink, DeliveryLinks } from "./links";

/** What went wrong or looks wrong, with its deliveries and what to do about it. */
export function Problems({ store }: { store: Store }) {
  const problems = problemsOf(store);
  useEffect(() => problems.use(), [problems]);
  const list = problems.list.value;
  const state = store.now;
  return (
    <section class="sb-pane sb-problems" aria-label="Problems">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <div class="sb-problems-list" tabIndex={0} role="group" aria-label="Problems found">
        {store.past.value !== null && (
          <p class="sb-empty">
            You view step {store.past.value}; these are the problems of the whole run up to now.
          </p>
        )}
        {list.length === 0 ? (
          <p class="sb-empty">{nothing(state)}</p>
        ) : (
          <ul>
            {list.map((problem) => (
              <Item
                key={`${problem.kind} ${problem.deliveries[0]} ${problem.sentence}`}
                store={store}
                state={state}
                problem={problem}
              />
            ))}
          </ul>
        )}
        {!problems.complete.value && (
          <p class="sb-empty">
            Found in the records alone. A running kernel also looks for what is stuck, changed after
            it was sent, or held and forgotten: <code>inspector.problems</code>
          </p>
        )}
      </div>
    </section>
  );
}

function nothing(state: State): string {
  const made = state.log.length;
  if (made === 0) return "No problems: nothing was delivered yet.";
  return `No problems in ${count(made, "delivery", "deliveries")}.`;
}

interface ItemProps {
  store: Store;
  state: State;
  problem: Problem;
}

function Item({ store, state, problem }: ItemProps) {
  const related = concerns(store.selection.value, problem);
  const marks = `${problem.note ? " sb-note" : ""}${related ? " sb-related" : ""}`;
  const more = problem.count - problem.deliveries.length;
  const about = aboutOf(problem);
  const kind = (
    <>
      <span aria-hidden="true">{problem.note ? "i" : "⚠"} </span>
      {problem.kind.replaceAll("_", " ")}
    </>
  );
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button in it is for the keyboard
    <li
      class={`sb-problem${marks}`}
      data-testid="problem"
      data-kind={problem.kind}
      onClick={({ target }) => {
        if (about === null || (target as Element).closest(".sb-link")) return;
        // Words that were marked to be copied are no choice.
        if (document.getSelection()?.isCollapsed !== false) store.select(about.what, about.id);
      }}
    >
      {about === null ? (
        <b>{kind}</b>
      ) : (
        <button type="button" class="sb-pick" aria-pressed={related}>
          {kind}
        </button>
      )}
      <span class="sb-sentence">{problem.sentence}</span>
      <span class="sb-about">
        <DeliveryLinks store={store} state={state} numbers={problem.deliveries.slice(0, SHOWN)} />
        {problem.deliveries.length > SHOWN && (
          <span class="sb-quiet">
            and {whole(problem.deliveries.length - SHOWN + Math.max(0, more))} more
          </span>
        )}
        {problem.deliveries.length === 0 &&
          problem.agents.slice(0, SHOWN).map((id) => <AgentLink key={id} store={store} id={id} />)}
      </span>
      {problem.advice !== "" && (
        <p>
          <b>To do:</b> {problem.advice}
        </p>
      )}
    </li>
  );
}

const SHOWN = 5;

/** What the whole line selects: its first delivery or, where it has none, its first agent. */
function aboutOf({ deliveries, agents }: Problem): Selection | null {
  const [number] = deliveries;
  if (number !== undefined) return { what: "delivery", id: String(number) };
  return agents[0] === undefined ? null : { what: "agent", id: agents[0] };
}

function concerns(selection: Selection | null, problem: Problem): boolean {
  if (selection?.what === "delivery") return problem.deliveries.includes(Number(selection.id));
  return selection?.what === "agent" && problem.agents.includes(selection.id);
}

/** How many problems do harm, for the tab; it keeps the number up to date while it is shown. */
export function ProblemCount({ store }: { store: Store }) {
  const problems = problemsOf(store);
  useEffect(() => problems.use(), [problems]);
  const number = problems.count.value;
  if (number === 0) return null;
  return (
    <span class="sb-count" title={count(number, "problem", "problems")}>
      {number > 99 ? "99+" : number}
    </span>
  );
}
