import { useLayoutEffect, useRef } from "preact/hooks";
import type { Layout } from "../layout";
import { leastCovering, threadWords } from "../stage/caption";
import type { Thread } from "../stage/journey";
import type { State } from "../state";
import type { Selection, Store } from "../store";
import { subscriptionWords } from "../words";
import type { Camera } from "./useCamera";

interface CaptionProps {
  store: Store;
  state: State;
  about: Selection | null;
  threads: readonly Thread[];
  camera: Camera;
  layout: Layout;
}

/** What the lines that are marked mean. */
export function Caption({ state, about, threads, camera, layout }: CaptionProps) {
  const box = useRef<HTMLParagraphElement>(null);
  const subscription =
    about?.what === "subscription" ? state.subscriptions.get(about.id) : undefined;
  const shown = threads.length > 0 || subscription !== undefined;
  const words = threads.length === 0 ? ["no message has come this way yet"] : threadWords(threads);
  const size = camera.size.value;
  // Not while the picture is moved: the words would jump from corner to corner.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { offsetWidth: width, offsetHeight: height } = element;
    const view = camera.view.peek();
    const { x, y } = leastCovering(view, size, layout.outlines, { width, height });
    element.style.translate = `${x}px ${y}px`;
  }, [shown, words.join(), size, layout]);
  if (!shown) return null;
  return (
    <p ref={box} class="sb-caption" data-testid="thread-words" title={words.join(" · ")}>
      {subscription !== undefined && <b>{subscriptionWords(subscription)}</b>}
      {words.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </p>
  );
}
