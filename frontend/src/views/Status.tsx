import { useCalm } from "../calm";
import { progressWords, useRate } from "../progress";
import { situation } from "../situation";
import { standstill } from "../standstill";
import type { State } from "../state";
import type { Store } from "../store";
import { sentence, whole } from "../words";

const SHOWN_EVERY = 250;

/** The last line: what happened, in one sentence, and what went wrong with what was asked. */
export function Status({ store }: { store: Store }) {
  const state = store.read();
  const notice = store.notice.value;
  const rate = useRate(store);
  // What goes by itself is told at a pace that can be read.
  const pause = rate === null && store.behind === 0 ? 0 : SHOWN_EVERY;
  const words = useCalm(wordsOf(store, state), pause);
  const progress = useCalm(progressWords(store, rate), pause);
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
          {whole(ignored)} records not understood
        </span>
      )}
      <span
        class="sb-progress"
        data-testid="progress"
        title="Deliveries made, how fast they go, and how many wait in the queue"
      >
        {progress}
      </span>
    </div>
  );
}

function wordsOf(store: Store, state: State): string {
  const now = situation(store);
  if (store.played) return standstill(state)?.words ?? sentence(state);
  if (now === "paused" && store.late)
    return "Paused. Records of what happened before are still on their way here.";
  // While messages flow by themselves, only where they come to rest is worth a sentence.
  if (now === "running") return "Running: deliveries go by themselves.";
  if (now === "pausing") return "The kernel was asked to pause.";
  if (now === "past") return `Viewing the past. ${sentence(state)}`;
  return standstill(state)?.words ?? sentence(state);
}

function ignoredWords(state: State): string {
  const kinds = [...state.unknown].map(([kind, number]) => `${kind} (${number})`);
  if (state.malformed > 0) kinds.push(`records that lack a field (${state.malformed})`);
  return `Ignored, most likely from a newer version of the package: ${kinds.join(", ")}`;
}
