import type { CommandName } from "../link";
import type { Kind } from "../records";
import { stateWord } from "../state";
import type { Store } from "../store";
import { count, KIND_WORDS, LETTERS, stateTitle } from "../words";

const WORD_GLYPHS = { idle: "○", waiting: "◐", paused: "‖", running: "▶" } as const;

/** State word and verbs: what the runtime is doing, and what one can make it do. */
export function Bar({ store }: { store: Store }) {
  const state = store.read();
  const word = stateWord(state);
  return (
    <div class="sb-bar" role="toolbar" aria-label="Inspector">
      <span class={`sb-word sb-word-${word}`} title={stateTitle(state)}>
        <span aria-hidden="true">{WORD_GLYPHS[word]} </span>
        <span data-testid="state-word" data-state={word}>
          {word}
        </span>
      </span>
      <span class="sb-buttons">
        <Verb store={store} name="step" label="Step" keys="S" does="Make the next delivery" main />
        <Verb
          store={store}
          name="resume"
          label="Run"
          keys="Space"
          does="Let deliveries go by themselves"
        />
        <Verb
          store={store}
          name="pause"
          label="Pause"
          keys="Space"
          does="Hold deliveries for stepping"
        />
      </span>
      <Legend />
      <span class="sb-numbers">
        <span>{count(state.moves.length, "step", "steps")}</span>
        <span>{state.queue.size} queued</span>
        {state.open.size > 0 && <span>{count(state.open.size, "open turn", "open turns")}</span>}
      </span>
    </div>
  );
}

function Legend() {
  const letter = (kind: Kind, word: string) => (
    <span title={KIND_WORDS[kind]}>
      <span class={`sb-kind sb-kind-${kind}`}>{LETTERS[kind]}</span> {word}
    </span>
  );
  return (
    <span class="sb-legend">
      {letter("request", "request")}
      {letter("response", "response")}
      {letter("event", "event")}
    </span>
  );
}

interface VerbProps {
  store: Store;
  name: CommandName;
  label: string;
  keys: string;
  does: string;
  main?: boolean;
}

const VERB_GLYPHS: Record<CommandName, string> = { step: "▸", resume: "▸▸", pause: "‖" };
const TEST_IDS: Record<CommandName, string> = { step: "step", resume: "run", pause: "pause" };

function Verb({ store, name, label, keys, does, main }: VerbProps) {
  const refusal = store.refusal(name);
  // Not `disabled`: a disabled button would lose the keyboard focus, and could not say why.
  return (
    <button
      type="button"
      class={main ? "sb-verb sb-main" : "sb-verb"}
      data-testid={TEST_IDS[name]}
      aria-disabled={refusal !== null}
      aria-keyshortcuts={keys}
      title={refusal ?? `${does} (${keys})`}
      onClick={() => void store.run(name)}
    >
      <span aria-hidden="true">{VERB_GLYPHS[name]} </span>
      {label}
    </button>
  );
}
