import type { Delivery, State } from "../state";
import { isSelected, type Selection, type Store } from "../store";
import { recipientWords, senderWords, topicWords } from "../words";
import { KindLetter, StateSign } from "./parts";
import { Rows } from "./Rows";

const ROW = 24;

/** Every delivery that left the queue, in that order, with its context. */
export function Log({ store, viewId }: { store: Store; viewId: string }) {
  const state = store.read();
  const selection = store.selection.value;
  const selected =
    selection?.what === "delivery" ? state.log.lastIndexOf(Number(selection.id)) : -1;
  const rowId = (position: number) => `${viewId}-log-${state.log[position]}`;
  return (
    <section class="sb-pane sb-log" aria-label="Log">
      <div class="sb-log-row sb-log-head" aria-hidden="true">
        <span>#</span>
        <span />
        <span>message</span>
        <span>sender</span>
        <span>recipient</span>
        <span class="sb-wide">topic</span>
        <span class="sb-wide">is_rpc</span>
        <span class="sb-wide">message_id</span>
        <span>outcome</span>
      </div>
      {state.log.length === 0 && <p class="sb-empty">Delivered messages are listed here.</p>}
      <Rows
        testId="log"
        label="Deliveries made"
        count={state.log.length}
        rowHeight={ROW}
        selected={selected}
        tail
        rowId={rowId}
        onSelect={(position) => store.select("delivery", state.log[position] ?? 0)}
        row={(position) => {
          const delivery = state.deliveries.get(state.log[position] ?? 0);
          if (delivery === undefined) return null;
          return (
            <LogRow
              key={delivery.number}
              id={rowId(position)}
              state={state}
              delivery={delivery}
              selected={position === selected}
              related={concerns(selection, delivery)}
              onSelect={() => store.select("delivery", delivery.number)}
            />
          );
        }}
      />
    </section>
  );
}

function concerns(selection: Selection | null, delivery: Delivery): boolean {
  return [delivery.sender, delivery.recipient].some(
    (id) => id !== null && isSelected(selection, "agent", id),
  );
}

interface LogRowProps {
  id: string;
  state: State;
  delivery: Delivery;
  selected: boolean;
  related: boolean;
  onSelect(): void;
}

function LogRow({ id, state, delivery, selected, related, onSelect }: LogRowProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list itself has the focus and names its active row
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the list
    <div
      id={id}
      class={related ? "sb-row sb-log-row sb-related" : "sb-row sb-log-row"}
      data-testid="log-row"
      data-delivery={delivery.number}
      data-kind={delivery.kind}
      data-state={delivery.verdict ?? delivery.state}
      role="option"
      aria-selected={selected}
      onClick={onSelect}
    >
      <span class="sb-number">{delivery.number}</span>
      <KindLetter delivery={delivery} />
      <Cell name="message" text={delivery.messageType} />
      <Cell name="sender" text={senderWords(state, delivery)} />
      <Cell name="recipient" text={recipientWords(state, delivery)} />
      <Cell name="topic" text={topicWords(delivery) || "–"} wide />
      <Cell name="is_rpc" text={delivery.isRpc ? "True" : "False"} wide />
      <Cell name="message_id" text={delivery.messageId} wide />
      <StateSign state={state} delivery={delivery} />
    </div>
  );
}

function Cell({ name, text, wide }: { name: string; text: string; wide?: boolean }) {
  return (
    <span class={wide ? "sb-wide" : undefined} data-column={name} title={text}>
      {text}
    </span>
  );
}
