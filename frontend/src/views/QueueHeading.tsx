import type { Coming } from "../coming";
import type { QueueRow } from "../pending";
import { type State, stateWord } from "../state";
import { tally, whole } from "../words";

interface HeadingProps {
  state: State;
  rows: readonly QueueRow[];
  coming: Coming;
  onJump(key: string): void;
}

/** How much there is, with ways to what is far below. */
export function QueueHeading({ state, rows, coming, onJump }: HeadingProps) {
  const sections = rows.filter((row) => row.kind === "heading");
  const held = sections.find((row) => row.section === "held")?.count ?? 0;
  const words = { held: "held", dead: "dead", pending: "" };
  return (
    <h3>
      Queue <small>{whole(state.queue.size - held)}</small>
      {sections.map((row) => (
        <button
          key={row.key}
          type="button"
          class="sb-link sb-jump"
          tabIndex={-1}
          title={`Show what is ${row.section === "held" ? "held" : "dead"}, below`}
          onClick={() => onJump(row.key)}
        >
          {words[row.section]} {whole(row.count)}
        </button>
      ))}
      {coming.note !== null && (
        <small class="sb-policy" title={coming.note.title}>
          {coming.note.words}
        </small>
      )}
    </h3>
  );
}

/** What an empty queue means. */
export function EmptyQueue({ state }: { state: State }) {
  if (stateWord(state) === "waiting")
    return (
      <p class="sb-empty">
        {state.open.size === 1
          ? "A turn is still open: it waits for something that is not in this queue."
          : `${state.open.size} turns are still open: they wait for something that is not in this queue.`}
      </p>
    );
  if (state.log.length > 0) return <p class="sb-empty">Queue empty: {tally(state)}.</p>;
  return <p class="sb-empty">Send or publish a message, and it waits here to be delivered.</p>;
}
