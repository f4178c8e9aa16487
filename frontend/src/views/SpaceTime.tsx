import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { LANES_AT_LEAST, lanesOf, recipientLane, type Span } from "../lanes";
import { evenRows, scrolledTo, shownRows } from "../rows";
import { COLUMN, coneOf, diagram, HEADER, LANE } from "../spacetime";
import type { Delivery, State } from "../state";
import type { Selection, Store } from "../store";
import { count, recipientWords, senderWords, sign, topicWords, whole } from "../words";
import { LaneNames } from "./LaneNames";
import { KindLetter } from "./parts";
import { SpaceTimePicture } from "./SpaceTimePicture";
import { type ColumnsView, useColumns } from "./useColumns";

/** The run in time: a lifeline for each agent, a column for each step, an arrow for each message. */
export function SpaceTime({ store, viewId }: { store: Store; viewId: string }) {
  // In the past, what came later is shown as well, but faintly.
  const state = store.now;
  const past = store.past.value;
  const [all, setAll] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const columns = evenRows(state.moves.length + 2, COLUMN);
  const scroll = useColumns(box, columns);
  const { view } = scroll;
  const shown = shownRows(columns, { top: view.left, height: view.width });
  const span: Span = { from: shown.from, to: shown.to };
  const chosen = deliveryOf(store.selection.value);
  const pointed = deliveryOf(store.hover.value) ?? chosen;
  const wanted = laneWanted(state, store.selection.value, chosen);
  const room = Math.max(LANES_AT_LEAST, Math.floor((view.height - HEADER) / LANE));
  const lanes = lanesOf(state, inSight(columns, view), all ? Infinity : room, wanted);
  const cone = useMemo(() => coneOf(state, pointed), [state, pointed]);
  const picture = diagram(state, lanes, span, cone);

  useLayoutEffect(() => scroll.show(stepOf(state, chosen)), [chosen]);
  useLayoutEffect(() => scroll.show(past), [past]);

  const steps = stepsIn(state, span);
  const onKey = (event: KeyboardEvent) => {
    const target = beside(state, chosen, event);
    if (target === null) return;
    store.select("delivery", target);
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section class="sb-pane sb-spacetime" aria-label="Space-time diagram">
      <Readout state={state} number={pointed} cone={cone} />
      {state.deliveries.size === 0 && (
        <p class="sb-empty">Each delivery becomes a column here, once a message was sent.</p>
      )}
      <div
        ref={box}
        class="sb-spacetime-box"
        data-testid="space-time"
        role="group"
        aria-label="Lifelines and messages"
        onScroll={scroll.measure}
        onKeyDown={onKey}
        onClick={(event) => {
          picked(store, event);
          // Arrows go on from where one has clicked.
          if (numberAt(event, "delivery") !== null) list.current?.focus({ preventScroll: true });
        }}
        onPointerOver={(event) => pointedAt(store, event)}
        onPointerLeave={() => {
          store.hover.value = null;
        }}
      >
        <StepList
          store={store}
          state={state}
          steps={steps}
          span={span}
          chosen={chosen}
          viewId={viewId}
          list={list}
        />
        <div
          class="sb-spacetime-all"
          role="presentation"
          style={{
            width: `calc(var(--sb-lane-names) + ${shown.inside}px)`,
            height: `${HEADER + (lanes.shown.length + (lanes.folded.length > 0 ? 1 : 0)) * LANE}px`,
          }}
        >
          <SpaceTimePicture
            lanes={lanes}
            span={span}
            picture={picture}
            shift={shown.shift}
            cursor={past ?? state.moves.length}
            steps={steps}
            chosen={chosen}
          />
          <LaneNames store={store} lanes={lanes} all={all} room={room} onAll={() => setAll(!all)} />
        </div>
      </div>
    </section>
  );
}

interface StepListProps {
  store: Store;
  state: State;
  steps: readonly Delivery[];
  span: Span;
  chosen: number | null;
  viewId: string;
  list: RefObject<HTMLDivElement | null>;
}

/** The steps in sight in words, for those who do not see the picture; it has the keyboard. */
function StepList({ store, state, steps, span, chosen, viewId, list }: StepListProps) {
  const optionId = (number: number) => `${viewId}-step-${number}`;
  const last = state.moves.length;
  const active = steps.some(({ number }) => number === chosen) && chosen !== null;
  return (
    <div
      ref={list}
      class="sb-unseen"
      role="listbox"
      tabIndex={0}
      aria-label={`Steps ${Math.max(1, span.from)} to ${Math.min(span.to - 1, last)} of ${last}`}
      aria-orientation="horizontal"
      aria-activedescendant={active ? optionId(chosen) : undefined}
    >
      {steps.map((delivery) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the list itself has the focus and names its active step
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the box around the list
        <div
          key={delivery.number}
          id={optionId(delivery.number)}
          role="option"
          aria-selected={delivery.number === chosen}
          onClick={() => store.select("delivery", delivery.number)}
        >
          {stepWords(state, delivery)}
        </div>
      ))}
    </div>
  );
}

function numberAt(event: Event, name: "delivery" | "travel"): number | null {
  const target = event.target instanceof Element ? event.target.closest(`[data-${name}]`) : null;
  return target === null ? null : Number(target.getAttribute(`data-${name}`));
}

/** A column selects its delivery, the number above it shows how things stood then. */
function picked(store: Store, event: Event): void {
  const step = numberAt(event, "travel");
  const number = numberAt(event, "delivery");
  if (step !== null) store.travel(step);
  else if (number !== null) store.select("delivery", number);
}

function pointedAt(store: Store, event: Event): void {
  const number = numberAt(event, "delivery");
  if (deliveryOf(store.hover.peek()) === number) return;
  store.hover.value = number === null ? null : { what: "delivery", id: String(number) };
}

/** The columns that can be seen, without those that are only kept ready. */
function inSight(columns: ReturnType<typeof evenRows>, view: ColumnsView): Span {
  const left = scrolledTo(columns, { top: view.left, height: view.width });
  return { from: columns.at(left), to: columns.at(left + view.width) + 1 };
}

function deliveryOf(selection: Selection | null): number | null {
  return selection?.what === "delivery" ? Number(selection.id) : null;
}

function laneWanted(state: State, selection: Selection | null, chosen: number | null) {
  if (selection?.what === "agent") return selection.id;
  const delivery = chosen === null ? undefined : state.deliveries.get(chosen);
  return delivery === undefined ? null : recipientLane(delivery);
}

/** The column of a delivery: its step or, while it waits, the one it was sent in. */
function stepOf(state: State, number: number | null): number | null {
  const delivery = number === null ? undefined : state.deliveries.get(number);
  return delivery === undefined ? null : (delivery.step ?? delivery.sentAt);
}

function stepsIn(state: State, { from, to }: Span): Delivery[] {
  return state.moves
    .slice(Math.max(0, from - 1), Math.max(0, to - 1))
    .map((number) => state.deliveries.get(number))
    .filter((delivery) => delivery !== undefined);
}

/** The delivery of the step that a key goes to, or null for other keys. */
function beside(state: State, chosen: number | null, event: KeyboardEvent): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
  const last = state.moves.length;
  const here = stepOf(state, chosen);
  const steps: { [key: string]: number } = {
    ArrowRight: here === null ? last : here + 1,
    ArrowLeft: here === null ? last : here - 1,
    Home: 1,
    End: last,
    PageDown: (here ?? 0) + 10,
    PageUp: (here ?? last) - 10,
  };
  const step = steps[event.key];
  if (step === undefined || last === 0) return null;
  return state.moves[Math.min(last, Math.max(1, step)) - 1] ?? null;
}

/** One step in words: what the picture shows, for those who do not see it. */
export function stepWords(state: State, delivery: Delivery): string {
  const { step, number, kind, messageType, cause } = delivery;
  const to =
    kind === "event" && delivery.recipient === null
      ? topicWords(delivery)
      : recipientWords(state, delivery);
  const why = cause === null ? "" : `, caused by #${cause}`;
  const parked = delivery.parked.length > 0 ? ", its turn was parked" : "";
  return `Step ${whole(step ?? 0)}: #${number} ${kind} ${messageType} from ${senderWords(state, delivery)} to ${to}, ${sign(state, delivery).word}${parked}${why}`;
}

interface ReadoutProps {
  state: State;
  number: number | null;
  cone: ReturnType<typeof coneOf>;
}

/** What the pointer rests on, or is selected, in words. */
function Readout({ state, number, cone }: ReadoutProps) {
  const delivery = number === null ? undefined : state.deliveries.get(number);
  if (delivery === undefined || cone === null)
    return (
      <p class="sb-readout sb-quiet">
        {count(state.moves.length, "step", "steps")}. Rest on a message to see what led to it and
        what came of it.
      </p>
    );
  const step = delivery.step === null ? "not delivered" : `step ${whole(delivery.step)}`;
  return (
    <p class="sb-readout" title={stepWords(state, delivery)}>
      <KindLetter delivery={delivery} /> <b>#{delivery.number}</b> {delivery.messageType}{" "}
      <span class="sb-quiet">
        {senderWords(state, delivery)} → {recipientWords(state, delivery)}, {step},{" "}
        {sign(state, delivery).word} · past {whole(cone.past.size)} · future{" "}
        {whole(cone.future.size)}
      </span>
    </p>
  );
}
