import { useLayoutEffect, useRef } from "preact/hooks";

const FIELDS = "input, select, textarea";

/**
 * The ref of a form that was opened: in the view that has the keyboard it takes it, to its first
 * field as soon as there is one; when it is gone, the keyboard is back where it was.
 */
export function useKeyboard<Box extends HTMLElement>(wanted = true, first = FIELDS) {
  const ref = useRef<Box>(null);
  useLayoutEffect(() => {
    const box = ref.current;
    const view = box?.closest<HTMLElement>(".sb-inspector");
    const before = document.activeElement;
    if (!wanted || !box || !view?.contains(before)) return undefined;
    box.focus({ preventScroll: true });
    return () => {
      if (!box.contains(document.activeElement)) return;
      // What had it may go at the same moment: a button of what has just left the queue.
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return;
        const back = before instanceof HTMLElement && before.isConnected ? before : view;
        back.focus({ preventScroll: true });
      });
    };
  }, []);
  useLayoutEffect(() => {
    const box = ref.current;
    if (box !== null && document.activeElement === box)
      box.querySelector<HTMLElement>(first)?.focus({ preventScroll: true });
  });
  return ref;
}
