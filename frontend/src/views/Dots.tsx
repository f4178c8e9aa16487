import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Curve, pointAt } from "../geometry";
import type { Layout } from "../layout";
import { journey } from "../scene";
import type { Delivery, State } from "../state";

interface DotsProps {
  state: State;
  layout: Layout;
  /** Pixels per unit of the layout. */
  scale: number;
}

interface Dot {
  curves: Curve[];
  look: "request" | "response" | "event" | "failed";
  from: number;
}

const TRAVEL_MS = 250;
/** More at once could not be told apart; the log has them all. */
const MAX_DOTS = 60;

/** A dot for each delivery that moves, on a canvas above the picture. */
export function Dots({ state, layout, scale }: DotsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = useRef(state.moves.length);
  const dots = useRef<Dot[]>([]);
  const frame = useRef(0);

  useLayoutEffect(() => {
    const moved = state.moves.slice(Math.max(seen.current, state.moves.length - MAX_DOTS));
    seen.current = state.moves.length;
    if (moved.length === 0 || prefersStillness()) return;
    const from = performance.now();
    for (const number of moved) {
      const delivery = state.deliveries.get(number);
      const curves = delivery === undefined ? [] : journey(state, layout, delivery);
      if (delivery !== undefined && curves.length > 0)
        dots.current.push({ curves, look: lookOf(delivery), from });
    }
    dots.current = dots.current.slice(-MAX_DOTS);
    cancelAnimationFrame(frame.current);
    const draw = () => {
      dots.current = dots.current.filter((dot) => performance.now() - dot.from < TRAVEL_MS);
      paint(canvas, dots.current, scale);
      if (dots.current.length > 0) frame.current = requestAnimationFrame(draw);
    };
    draw();
  }, [state.moves.length]);

  useLayoutEffect(() => () => cancelAnimationFrame(frame.current), []);

  return (
    <canvas
      ref={canvas}
      class="sb-dots"
      aria-hidden="true"
      style={{ width: `${layout.width * scale}px`, height: `${layout.height * scale}px` }}
    />
  );
}

function lookOf(delivery: Delivery): Dot["look"] {
  return delivery.error === null ? delivery.kind : "failed";
}

function prefersStillness(): boolean {
  return window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

function paint(
  ref: RefObject<HTMLCanvasElement | null>,
  dots: readonly Dot[],
  scale: number,
): void {
  const canvas = ref.current;
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio * scale, 0, 0, ratio * scale, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth / scale, canvas.clientHeight / scale);
  const style = getComputedStyle(canvas);
  for (const dot of dots) {
    const point = whereIs(dot);
    if (point === null) continue;
    context.beginPath();
    context.arc(point.x, point.y, 5.5, 0, 2 * Math.PI);
    context.fillStyle = style.getPropertyValue(`--sb-${dot.look}`);
    context.strokeStyle = style.getPropertyValue("--sb-ground");
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
}

function whereIs(dot: Dot) {
  const way = Math.min(0.999, (performance.now() - dot.from) / TRAVEL_MS) * dot.curves.length;
  const curve = dot.curves[Math.floor(way)];
  return curve === undefined ? null : pointAt(curve, way % 1);
}
