/** Values that change often, shown at a pace that can be read. */

import { useEffect, useRef, useState } from "preact/hooks";

/** The value, at most one change in so many milliseconds; the last one always comes. */
export function useCalm<T>(value: T, pause: number): T {
  const [shown, setShown] = useState(value);
  const latest = useRef(value);
  const shownAt = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  latest.current = value;
  useEffect(() => {
    if (timer.current !== undefined || Object.is(latest.current, shown)) return;
    const show = () => {
      timer.current = undefined;
      shownAt.current = performance.now();
      setShown(() => latest.current);
    };
    const left = shownAt.current + pause - performance.now();
    if (left <= 0) show();
    else timer.current = setTimeout(show, left);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return shown;
}
