import { useRef } from "preact/hooks";
import { useCalm } from "../calm";
import { situation } from "../situation";
import { standstill } from "../standstill";
import type { State } from "../state";
import type { Store } from "../store";
import { sentence } from "../words";

const SHOWN_EVERY = 250;

/** The last line: what happened, in one sentence, and what went wrong with what was asked. */
export function Status({ store }: { store: Store }) {
  const state = store.read();
  const notice = store.notice.value;
  const words = wordsOf(store, state);
  const ignored = [...state.unknown.values()].reduce(
    (sum, number) => sum + number,
    state.malformed,
  );
  return (
    <div class="sb-status">
      {notice !== null && (
        <span class="sb-notice" role="alert" data-testid="notice" title={notice}>
          {notice}
        </span>
      )}
      <span class="sb-spoken" aria-live="polite" data-testid="spoken" title={words}>
        {words}
      </span>
      {ignored > 0 && (
        <span class="sb-quiet" data-testid="ignored" title={ignoredWords(state)}>
          {ignored} records not understood
        </span>
      )}
      <Progress store={store} />
    </div>
  );
}

function wordsOf(store: Store, state: State): string {
  const now = situation(store);
  // While messages flow by themselves, only where they come to rest is worth a sentence.
  if (now === "running") return "Running: deliveries go by themselves.";
  if (now === "past") return `Viewing the past. ${sentence(state)}`;
  return standstill(state)?.words ?? sentence(state);
}

function ignoredWords(state: State): string {
  const kinds = [...state.unknown].map(([kind, number]) => `${kind} (${number})`);
  if (state.malformed > 0) kinds.push(`records that lack a field (${state.malformed})`);
  return `Ignored, most likely from a newer version of the package: ${kinds.join(", ")}`;
}

/** How a run goes that nobody steps: how far, how fast, how much is left. */
function Progress({ store }: { store: Store }) {
  const state = useCalm(store.played ? store.read() : store.now, SHOWN_EVERY);
  const before = useRef({ made: 0, at: 0, rate: 0 });
  const made = state.moves.length;
  const at = performance.now();
  const since = (at - before.current.at) / 1000;
  if (since >= SHOWN_EVERY / 1000)
    before.current = { made, at, rate: Math.max(0, made - before.current.made) / since };
  const running = state.mode === "running" && state.queue.size > 0;
  const rate = running ? `, ${whole(before.current.rate)} a second` : "";
  return (
    <span
      class="sb-progress"
      data-testid="progress"
      title="Deliveries made, how fast they go, and how many wait in the queue"
    >
      {whole(made)} made{rate} · {whole(state.queue.size)} queued
      {state.open.size > 0 && ` · ${whole(state.open.size)} open`}
    </span>
  );
}

function whole(number: number): string {
  return Math.round(number).toLocaleString("en");
}
