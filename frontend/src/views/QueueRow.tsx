import type { JSX } from "preact";
import { deadReason, type QueueRow } from "../pending";
import type { Delivery, State } from "../state";
import { count, recipientWords, senderWords, sign, topicWords } from "../words";
import { CELL, KindLetter } from "./parts";

const HEIGHTS = { delivery: 40, inGroup: 26, dead: 54, group: 40, heading: 28 };

export function heightOf(row: QueueRow): number {
  if (row.kind !== "delivery") return HEIGHTS[row.kind];
  if (row.section === "dead") return HEIGHTS.dead;
  return row.inGroup ? HEIGHTS.inGroup : HEIGHTS.delivery;
}

export interface RowLook {
  id: string;
  position: number;
  selected: boolean;
  hovered: boolean;
  /** The delivery, or one of the group, goes next. */
  isNext: boolean;
  /** It concerns what is selected. */
  related: boolean;
  moving: boolean;
  buttons: JSX.Element | null;
  onSelect(): void;
  onToggle(): void;
  onDeliver(): void;
  onMenu(event: MouseEvent): void;
  onHover(over: boolean): void;
}

/** What all rows of the queue have in common. */
function frame(look: RowLook, kind: string, level: 1 | 2, open?: boolean) {
  const marks = [
    look.isNext ? "sb-next" : "",
    look.related ? "sb-related" : "",
    look.hovered ? "sb-hovered" : "",
    look.moving ? "sb-moving" : "",
  ];
  return {
    id: look.id,
    class: `sb-row ${kind} ${marks.filter((mark) => mark !== "").join(" ")}`,
    role: "row" as const,
    "aria-rowindex": look.position + 1,
    "aria-selected": look.selected,
    "aria-level": level,
    "aria-expanded": open,
    onClick: look.onSelect,
    onDblClick: look.onDeliver,
    onContextMenu: look.onMenu,
    onPointerEnter: () => look.onHover(true),
    onPointerLeave: () => look.onHover(false),
  };
}

interface DeliveryRowProps extends RowLook {
  state: State;
  row: QueueRow & { kind: "delivery" };
  delivery: Delivery;
}

export function DeliveryRow({ state, row, delivery, ...look }: DeliveryRowProps) {
  const { section, inGroup } = row;
  const how = sign(state, delivery);
  const base = `sb-queue-item sb-in-${section}${inGroup ? " sb-in-group" : ""}`;
  const test = section === "pending" ? "queue-item" : section === "held" ? "held" : "dead-letter";
  const mark = look.isNext ? "▸ next" : how.glyph;
  return (
    <div
      {...frame(look, `${base} sb-look-${how.look}`, inGroup ? 2 : 1)}
      data-testid={test}
      data-delivery={delivery.number}
      data-kind={delivery.kind}
      data-state={delivery.verdict ?? delivery.state}
      title={`#${delivery.number} ${delivery.messageType}\n${routeWords(state, delivery)}\n${sayHow(state, row, delivery)}`}
    >
      <div {...CELL} class="sb-cell">
        {inGroup ? (
          <div class="sb-line">
            <span class="sb-number">
              {mark} #{delivery.number}
            </span>
            <span class="sb-to">→ {recipientWords(state, delivery)}</span>
            <Blocked state={state} delivery={delivery} />
          </div>
        ) : (
          <>
            <div class="sb-line">
              <span class="sb-number">
                {mark} #{delivery.number}
              </span>
              <KindLetter delivery={delivery} />
              <b>{delivery.messageType}</b>
              {section === "dead" ? (
                <i class="sb-how">{how.word}</i>
              ) : (
                <Blocked state={state} delivery={delivery} />
              )}
            </div>
            {section === "dead" ? (
              <div class="sb-quiet sb-why">{deadReason(state, delivery)}</div>
            ) : (
              <div class="sb-line sb-quiet">
                <span class="sb-to">{routeWords(state, delivery)}</span>
                <Age state={state} delivery={delivery} />
              </div>
            )}
          </>
        )}
      </div>
      {look.buttons}
    </div>
  );
}

/** Who it is from and to; of what is published to nobody yet, the topic. */
export function routeWords(state: State, delivery: Delivery): string {
  const nobody = delivery.recipient === null && delivery.kind === "event";
  const to = nobody ? topicWords(delivery) : recipientWords(state, delivery);
  return `${senderWords(state, delivery)} → ${to}`;
}

function sayHow(state: State, row: QueueRow & { kind: "delivery" }, delivery: Delivery): string {
  if (row.section === "dead")
    return `${sign(state, delivery).word}: ${deadReason(state, delivery)}`;
  const age = `waits for ${count(ageOf(state, delivery), "step", "steps")}`;
  const what =
    row.section === "held" ? "held: H releases it" : "Enter or double click: deliver it now";
  return `${age}\n${what}`;
}

/** How many steps were made since it was sent. */
export function ageOf(state: State, delivery: Delivery): number {
  return Math.max(0, state.moves.length - delivery.sentAt);
}

function Age({ state, delivery }: { state: State; delivery: Delivery }) {
  const age = ageOf(state, delivery);
  return (
    <span class="sb-age" data-age={age}>
      {age === 0 ? "new" : count(age, "step", "steps")}
    </span>
  );
}

/** Why it cannot go now, where it cannot. */
function Blocked({ state, delivery }: { state: State; delivery: Delivery }) {
  if (delivery.state !== "queued") return null;
  const { word } = sign(state, delivery);
  const why = word.split(": ")[1];
  return why === undefined ? null : <i class="sb-how">{why}</i>;
}

interface GroupRowProps extends RowLook {
  state: State;
  row: QueueRow & { kind: "group" };
  first: Delivery;
}

/** A fan-out: one publish_message call, with what it still has to reach. */
export function GroupRow({ state, row, first, ...look }: GroupRowProps) {
  const all = state.publications.get(row.publication)?.length ?? row.numbers.length;
  const left = row.numbers.length < all ? `${row.numbers.length} of ${all}` : `${all}`;
  return (
    <div
      {...frame(look, "sb-queue-item sb-group", 1, row.open)}
      data-testid="queue-group"
      data-id={row.publication}
      title={`${first.messageType} published to ${topicWords(first)}: ${left} recipients\n← → close and open`}
    >
      <div {...CELL} class="sb-cell">
        <div class="sb-line">
          <Twisty open={row.open} onToggle={look.onToggle} />
          <span class="sb-number">{look.isNext && !row.open ? "▸ next" : ""}</span>
          <KindLetter delivery={first} />
          <b>{first.messageType}</b>
          <span class="sb-times">×{left}</span>
        </div>
        <div class="sb-line sb-quiet">
          <span class="sb-to">
            {senderWords(state, first)} → {topicWords(first)}
          </span>
          <Age state={state} delivery={first} />
        </div>
      </div>
      {look.buttons}
    </div>
  );
}

const SECTIONS = { pending: "Pending", held: "Held", dead: "Dead letters" };

export function HeadingRow({ row, ...look }: RowLook & { row: QueueRow & { kind: "heading" } }) {
  return (
    <div
      {...frame(look, "sb-section", 1, row.open)}
      data-section={row.section}
      title={`${SECTIONS[row.section]}: click to ${row.open ? "close" : "open"}`}
    >
      <div {...CELL} class="sb-cell sb-line">
        <Twisty open={row.open} onToggle={look.onToggle} />
        {SECTIONS[row.section]} <small>{row.count}</small>
      </div>
    </div>
  );
}

function Twisty({ open, onToggle }: { open: boolean; onToggle(): void }) {
  return (
    <button
      type="button"
      class="sb-twisty"
      tabIndex={-1}
      aria-label={open ? "Close" : "Open"}
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
    >
      {open ? "▾" : "▸"}
    </button>
  );
}
