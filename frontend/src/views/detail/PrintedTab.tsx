import type { TabProps } from "./MessageTab";

/** What the turn has printed; it appeared in the notebook as well. */
export function PrintedTab({ delivery }: TabProps) {
  if (delivery.printed.length === 0)
    return <p class="sb-empty">Nothing was printed in this turn.</p>;
  return (
    <pre class="sb-printed" data-testid="printed">
      {delivery.printed.map((one, place) => (
        <span
          key={place}
          class={one.stream === "stderr" ? "sb-stderr" : undefined}
          title={one.stream}
        >
          {one.text}
        </span>
      ))}
    </pre>
  );
}
