import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useCalm } from "../calm";
import { marksOf, type StepMark } from "../marks";
import type { Store } from "../store";
import { whole } from "../words";
import { Button } from "./Button";

const NARROWEST = 6;
const ASSUMED_WIDTH = 600;
const REDRAWN_EVERY = 200;

/** The steps that were made, and which one is looked at: a strip and a slider in one. */
export function History({ store }: { store: Store }) {
  const now = useCalm(store.now, REDRAWN_EVERY);
  const track = useRef<HTMLDivElement>(null);
  const width = useWidth(track);
  const steps = store.now.moves.length;
  const past = store.past.value;
  const step = past ?? steps;
  const marks = useMemo(
    () => (width === 0 ? [] : marksOf(now, Math.floor(width / NARROWEST))),
    [now, width],
  );
  // As calm as what they are made of: each step moves all of them a little.
  const strip = useMemo(() => {
    const made = now.moves.length;
    return marks.map((mark) => (
      <Mark key={mark.first} mark={mark} steps={made} step={past ?? made} />
    ));
  }, [marks, past]);
  return (
    <section class="sb-history" data-testid="history" aria-label="History">
      <span class="sb-history-words">
        step <b>{whole(step)}</b> of {whole(steps)}
      </span>
      <div
        ref={track}
        class="sb-slider"
        data-testid="slider"
        role="slider"
        tabIndex={0}
        aria-label="Step that is viewed"
        aria-valuemin={0}
        aria-valuemax={steps}
        aria-valuenow={step}
        aria-valuetext={valueText(store, step, steps)}
        title="Drag, click or use the arrow keys to look at an earlier step"
        onKeyDown={(event) => go(store, event, step, steps)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drag(store, event, steps);
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) drag(store, event, steps);
        }}
      >
        <div class="sb-rail" />
        {strip}
        <div class="sb-thumb" style={{ left: `${place(step, steps)}%` }} />
      </div>
      {!store.played && (
        <Button
          store={store}
          id="now"
          testId="now"
          class={store.past.value === null ? "" : "sb-main"}
        />
      )}
    </section>
  );
}

function Mark({ mark, steps, step }: { mark: StepMark; steps: number; step: number }) {
  const { first, last, troubles, words } = mark;
  const here = first <= step && step <= last;
  const look = `${troubles > 0 ? " sb-mark-trouble" : ""}${here ? " sb-mark-here" : ""}`;
  return (
    <span
      class={`sb-mark${last <= step ? " sb-mark-past" : ""}${look}`}
      data-testid="history-step"
      data-step={first}
      data-state={troubles > 0 ? "trouble" : "fine"}
      style={{ left: `${place((first + last) / 2, steps)}%` }}
      title={words}
      aria-hidden="true"
    >
      {troubles > 0 ? "✕" : ""}
    </span>
  );
}

/** Where a step stands on the strip; before the first step is its left end. */
function place(step: number, steps: number): number {
  return steps === 0 ? 0 : (100 * step) / steps;
}

function valueText(store: Store, step: number, steps: number): string {
  const where = store.past.value === null ? ", now" : ", viewing the past";
  return `step ${whole(step)} of ${whole(steps)}${store.played ? "" : where}`;
}

function drag(store: Store, event: PointerEvent, steps: number): void {
  const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  if (width > 0) store.travel(Math.round((steps * (event.clientX - left)) / width));
}

function go(store: Store, event: KeyboardEvent, step: number, steps: number): void {
  const page = Math.max(1, Math.round(steps / 10));
  const goals: { [key: string]: number } = {
    ArrowLeft: step - 1,
    ArrowDown: step - 1,
    ArrowRight: step + 1,
    ArrowUp: step + 1,
    j: step + 1,
    k: step - 1,
    PageDown: step - page,
    PageUp: step + page,
    Home: 0,
    End: steps,
  };
  const goal = event.ctrlKey || event.metaKey || event.altKey ? undefined : goals[event.key];
  if (goal === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  store.travel(goal);
}

/** How wide it is; 0 until that is known, so that no mark is drawn only to be drawn anew. */
function useWidth(ref: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => {
      setWidth((old) => element.clientWidth || old || ASSUMED_WIDTH);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return width;
}
