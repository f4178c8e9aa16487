import { useMemo } from "preact/hooks";
import type { Delivery, State } from "../state";
import { nextDelivery, stateWord } from "../state";
import { isSelected, type Store } from "../store";
import { recipientWords, senderWords, sign, tally, topicWords } from "../words";
import { KindLetter } from "./parts";
import { Rows } from "./Rows";

const ROW = 40;

/** The pending deliveries in the order in which they would go. */
export function Queue({ store, viewId }: { store: Store; viewId: string }) {
  const state = store.read();
  const queue = useMemo(() => [...state.queue], [state]);
  const selection = store.selection.value;
  const selected = selection?.what === "delivery" ? queue.indexOf(Number(selection.id)) : -1;
  const next = nextDelivery(state);
  const rowId = (position: number) => `${viewId}-queue-${queue[position]}`;
  return (
    <section class="sb-pane sb-queue" aria-label="Queue">
      <h3>
        Queue <small>{queue.length}</small>
      </h3>
      {queue.length === 0 && <EmptyQueue state={state} />}
      <Rows
        testId="queue"
        label="Pending deliveries"
        count={queue.length}
        rowHeight={ROW}
        selected={selected}
        rowId={rowId}
        onSelect={(position) => store.select("delivery", queue[position] ?? 0)}
        onEnter={() => {
          if (selected >= 0) void store.run("step", queue[selected]);
        }}
        row={(position) => {
          const delivery = state.deliveries.get(queue[position] ?? 0);
          if (delivery === undefined) return null;
          return (
            <QueueItem
              key={delivery.number}
              id={rowId(position)}
              state={state}
              delivery={delivery}
              isNext={delivery === next}
              group={groupMark(state, queue, position)}
              selected={position === selected}
              related={
                delivery.recipient !== null && isSelected(selection, "agent", delivery.recipient)
              }
              onSelect={() => store.select("delivery", delivery.number)}
              onDeliver={() => void store.run("step", delivery.number)}
            />
          );
        }}
      />
    </section>
  );
}

interface QueueItemProps {
  id: string;
  state: State;
  delivery: Delivery;
  isNext: boolean;
  group: string;
  selected: boolean;
  related: boolean;
  onSelect(): void;
  onDeliver(): void;
}

function QueueItem(props: QueueItemProps) {
  const { state, delivery } = props;
  const { glyph, word, look } = sign(state, delivery);
  const marks = `${props.isNext ? " sb-next" : ""}${props.related ? " sb-related" : ""}`;
  const to =
    delivery.recipient === null && delivery.kind === "event"
      ? topicWords(delivery)
      : recipientWords(state, delivery);
  const route = `${senderWords(state, delivery)} → ${to}`;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list itself has the focus and names its active row
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the list
    <div
      id={props.id}
      class={`sb-row sb-queue-item sb-look-${look}${marks} ${props.group}`}
      data-testid="queue-item"
      data-delivery={delivery.number}
      data-kind={delivery.kind}
      data-state={delivery.state}
      role="option"
      aria-selected={props.selected}
      title={`#${delivery.number} ${delivery.messageType}\n${route}\nDouble click or Enter: deliver this one`}
      onClick={props.onSelect}
      onDblClick={props.onDeliver}
    >
      <div class="sb-line">
        <span class="sb-number">
          {props.isNext ? "▸ next" : delivery.state === "held" ? `${glyph} ${word}` : glyph} #
          {delivery.number}
        </span>
        <KindLetter delivery={delivery} />
        <b>{delivery.messageType}</b>
      </div>
      <div class="sb-line sb-quiet">{route}</div>
    </div>
  );
}

/** Deliveries of one publication stand together behind one bracket. */
function groupMark(state: State, queue: readonly number[], position: number): string {
  const publication = publicationAt(state, queue[position]);
  if (publication === null) return "";
  const before = publicationAt(state, queue[position - 1]) === publication;
  const after = publicationAt(state, queue[position + 1]) === publication;
  if (!before && !after) return "";
  return `sb-fan ${before ? "" : "sb-fan-first"} ${after ? "" : "sb-fan-last"}`;
}

function publicationAt(state: State, number: number | undefined): string | null {
  return state.deliveries.get(number ?? 0)?.publication ?? null;
}

function EmptyQueue({ state }: { state: State }) {
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
