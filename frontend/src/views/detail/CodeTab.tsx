import { type Code, useAnswer } from "../../answers";
import { splitAgentId } from "../../state";
import { NoKernel } from "../NoKernel";
import type { TabProps } from "./MessageTab";

/** The source of the handler, and the line where its turn is parked. */
export function CodeTab({ store, state, delivery }: TabProps) {
  const version = `${delivery.state} ${delivery.verdict} ${delivery.waitsOn.join()}`;
  const { value, error } = useAnswer<Code[]>(
    store,
    "code",
    { number: delivery.number },
    `${version} ${store.now.moves.length}`,
  );
  const past = store.past.value;
  return (
    <div data-testid="code">
      {!store.live.value && (
        <>
          <NoKernel what="Code is shown" />
          <Handlers store={store} state={state} delivery={delivery} />
        </>
      )}
      {error !== null && <p class="sb-reason">{error}</p>}
      {past !== null && value?.some((one) => one.parked !== null) && (
        <p class="sb-quiet">The marked line is where the turn stands now, not at step {past}.</p>
      )}
      {value?.map((code, place) => (
        <Source key={`${place} ${code.name}`} code={code} inner={place > 0} />
      ))}
    </div>
  );
}

function Source({ code, inner }: { code: Code; inner: boolean }) {
  const { source, first_line, parked, where, name } = code;
  const lines = source === null ? [] : source.replace(/\n$/, "").split("\n");
  const indent = Math.min(...lines.filter((line) => line.trim() !== "").map(indentOf), 200);
  return (
    <>
      <h4 title={where}>
        {inner && "in "}
        {name} <small>{placeOf(where, parked ?? first_line)}</small>
      </h4>
      {source === null && (
        <p class="sb-quiet">
          Its source is not to be had{parked === null ? "." : `; it is parked at line ${parked}.`}
        </p>
      )}
      {lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
        <ol class="sb-code" start={first_line} tabIndex={0}>
          {lines.map((line, place) => {
            const number = first_line + place;
            const here = number === parked;
            return (
              <li
                key={number}
                value={number}
                class={here ? "sb-parked" : undefined}
                data-testid={here ? "parked" : undefined}
                aria-current={here ? "step" : undefined}
                title={here ? "The turn is parked here" : undefined}
              >
                <code>{line.slice(indent) || " "}</code>
                {here && <span class="sb-unseen"> (the turn is parked here)</span>}
              </li>
            );
          })}
        </ol>
      )}
      {code.cut > 0 && <p class="sb-quiet">{code.cut} more lines are not shown.</p>}
    </>
  );
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The cell, or the name of the file without its folders; the whole is in the tooltip. */
function placeOf(where: string, line: number): string {
  const short = where.split(/[/\\]/).at(-1) ?? where;
  return where.startsWith("In [") ? `${where}, line ${line}` : `${short}:${line}`;
}

/** The handlers that could be meant, by name. */
function Handlers({ state, delivery }: TabProps) {
  if (delivery.recipient === null) return <p class="sb-quiet">Nobody receives it.</p>;
  const type = state.types.get(splitAgentId(delivery.recipient).type);
  const names = (type?.handles ?? [])
    .filter((one) => one.message === delivery.messageType)
    .map((one) => `${type?.className ?? type?.type}.${one.handler}`);
  return (
    <p>
      {names.length === 0
        ? `No handler for ${delivery.messageType} is recorded.`
        : `Handled by ${names.join(" or ")}.`}
    </p>
  );
}
