import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { pointOn, type Way } from "../geometry";
import type { Layout } from "../layout";
import { journey } from "../stage/journey";
import type { Delivery, State } from "../state";
import type { Store } from "../store";
import type { Camera } from "./useCamera";

interface DotsProps {
  store: Store;
  state: State;
  layout: Layout;
  camera: Camera;
}

type Look = "request" | "response" | "event" | "failed";

interface Dot {
  way: Way;
  look: Look;
  from: number;
}

const TRAVEL_MS = 250;
const RADIUS = 5.5;
/** More at once could not be told apart; the log has them all. */
const MAX_DOTS = 60;
/** Of more than so many since the last drawing, only the newest travel. */
const FOLLOWED = 12;

/** A dot for each delivery that moves, on a canvas above the picture. */
export function Dots({ state, layout, camera }: DotsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = useRef(state.moves.length);
  const wasEmpty = useRef(true);
  const dots = useRef<Dot[]>([]);
  const frame = useRef(0);

  useLayoutEffect(() => {
    const moved = state.moves.slice(Math.max(seen.current, state.moves.length - FOLLOWED));
    const opened = wasEmpty.current;
    seen.current = state.moves.length;
    wasEmpty.current = state.places.length === 0;
    // What had happened before the picture was there is not shown as if it happened now.
    if (opened || moved.length === 0 || prefersStillness()) return;
    const from = performance.now();
    for (const number of moved) {
      const delivery = state.deliveries.get(number);
      const way = delivery === undefined ? [] : journey(state, layout, delivery).flat();
      if (delivery !== undefined && way.length > 0)
        dots.current.push({ way, look: lookOf(delivery), from });
    }
    dots.current = dots.current.slice(-MAX_DOTS);
    if (frame.current === 0) {
      const colours = coloursOf(canvas);
      const draw = () => {
        dots.current = dots.current.filter((dot) => performance.now() - dot.from < TRAVEL_MS);
        paint(canvas, dots.current, camera, colours);
        frame.current = dots.current.length > 0 ? requestAnimationFrame(draw) : 0;
      };
      draw();
    }
  }, [state.moves.length, state.places.length]);

  useLayoutEffect(() => () => cancelAnimationFrame(frame.current), []);

  return <canvas ref={canvas} class="sb-dots" aria-hidden="true" />;
}

function lookOf(delivery: Delivery): Look {
  return delivery.error === null ? delivery.kind : "failed";
}

function prefersStillness(): boolean {
  return window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

type Colours = Record<Look | "ground", string>;

function coloursOf(ref: RefObject<HTMLCanvasElement | null>): Colours {
  const style = ref.current === null ? null : getComputedStyle(ref.current);
  const colour = (name: string) => style?.getPropertyValue(`--sb-${name}`) ?? "";
  return {
    request: colour("request"),
    response: colour("response"),
    event: colour("event"),
    failed: colour("failed"),
    ground: colour("ground"),
  };
}

function paint(
  ref: RefObject<HTMLCanvasElement | null>,
  dots: readonly Dot[],
  camera: Camera,
  colours: Colours,
): void {
  const canvas = ref.current;
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  const ratio = window.devicePixelRatio || 1;
  const size = camera.size.peek();
  const view = camera.view.peek();
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.strokeStyle = colours.ground;
  context.lineWidth = 1.5;
  const now = performance.now();
  for (const dot of dots) {
    const point = pointOn(dot.way, Math.min(1, (now - dot.from) / TRAVEL_MS));
    if (point === null) continue;
    context.beginPath();
    context.arc(
      point.x * view.scale + view.x,
      point.y * view.scale + view.y,
      Math.max(3.5, RADIUS * Math.min(1, view.scale)),
      0,
      2 * Math.PI,
    );
    context.fillStyle = colours[dot.look];
    context.fill();
    context.stroke();
  }
}
