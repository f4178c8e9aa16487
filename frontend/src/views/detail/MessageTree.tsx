import { parentsOf } from "../../causes";
import type { Delivery, State } from "../../state";
import { recipientWords, sign, whole } from "../../words";
import { KindLetter } from "../parts";
import type { TabProps } from "./MessageTab";

const MAX_ABOVE = 6;
const MAX_BESIDE = 12;
const DEPTH = 3;

/** What led to a delivery, and what it led to, as a tree that can be walked. */
export function MessageTree({ store, state, delivery }: TabProps) {
  const above = ancestors(state, delivery);
  const shown = above.slice(-MAX_ABOVE);
  const select = (number: number) => store.select("delivery", number);
  // Each ancestor is a level further in; the innermost holds the delivery with what it caused.
  let inner = <Branch state={state} delivery={delivery} current depth={0} select={select} />;
  for (const one of [...shown].reverse())
    inner = (
      <li>
        <Line state={state} delivery={one} select={select} />
        <ul>{inner}</ul>
      </li>
    );
  return (
    <div class="sb-walk" data-testid="message-tree">
      {above.length > shown.length && (
        <p class="sb-quiet">{whole(above.length - shown.length)} earlier causes</p>
      )}
      {above.length === 0 && (
        <p class="sb-quiet">
          Nothing caused it: it came from outside, {delivery.cell ?? "any cell"}.
        </p>
      )}
      <ul>{inner}</ul>
    </div>
  );
}

/** What caused it, and what caused that, the first first. */
function ancestors(state: State, delivery: Delivery): Delivery[] {
  const found: Delivery[] = [];
  const seen = new Set([delivery.number]);
  let next = parentOf(state, delivery);
  while (next !== undefined && !seen.has(next.number)) {
    seen.add(next.number);
    found.unshift(next);
    next = parentOf(state, next);
  }
  return found;
}

function parentOf(state: State, delivery: Delivery): Delivery | undefined {
  const [number] = parentsOf(delivery);
  return number === undefined ? undefined : state.deliveries.get(number);
}

interface BranchProps {
  state: State;
  delivery: Delivery;
  current?: boolean;
  depth: number;
  select(number: number): void;
}

function Branch({ state, delivery, current, depth, select }: BranchProps) {
  const below = childrenOf(state, delivery);
  const shown = below.slice(0, MAX_BESIDE);
  return (
    <li>
      <Line state={state} delivery={delivery} current={current ?? false} select={select} />
      {depth < DEPTH && shown.length > 0 && (
        <ul>
          {shown.map((one) => (
            <Branch
              key={one.number}
              state={state}
              delivery={one}
              depth={depth + 1}
              select={select}
            />
          ))}
          {below.length > shown.length && (
            <li class="sb-quiet">{below.length - shown.length} more</li>
          )}
        </ul>
      )}
      {depth >= DEPTH && below.length > 0 && (
        <span class="sb-quiet"> … {below.length} further</span>
      )}
    </li>
  );
}

function childrenOf(state: State, delivery: Delivery): Delivery[] {
  const numbers = [...delivery.sent, ...(delivery.response === null ? [] : [delivery.response])];
  return [...new Set(numbers)]
    .map((number) => state.deliveries.get(number))
    .filter((one) => one !== undefined);
}

interface LineProps {
  state: State;
  delivery: Delivery;
  current?: boolean;
  select(number: number): void;
}

function Line({ state, delivery, current, select }: LineProps) {
  const { glyph, word } = sign(state, delivery);
  return (
    <button
      type="button"
      class={current ? "sb-walk-line sb-walk-here" : "sb-walk-line"}
      aria-current={current ? "true" : undefined}
      data-delivery={delivery.number}
      title={`${delivery.messageType}: ${word}`}
      onClick={() => select(delivery.number)}
    >
      <KindLetter delivery={delivery} /> #{delivery.number} {delivery.messageType}
      <small>
        {" → "}
        {recipientWords(state, delivery)} <span aria-hidden="true">{glyph}</span>
      </small>
    </button>
  );
}
