import { useMemo, useState } from "preact/hooks";
import type { Delivery, State } from "../state";
import type { Store } from "../store";
import { recipientWords, senderWords, sign, topicWords } from "../words";
import { CELL, KindLetter, ROW } from "./parts";
import { RowButtons } from "./RowButtons";
import { copyItem } from "./rowActions";

/** What the columns are; each cell says it again to those who do not see this. */
export function LogHead() {
  return (
    <div class="sb-log-row sb-log-head" aria-hidden="true">
      <span>#</span>
      <span />
      <span>message</span>
      <span>sender</span>
      <span>recipient</span>
      <span class="sb-wide">topic</span>
      <span class="sb-wide">is_rpc</span>
      <span class="sb-wide">message_id</span>
      <span>outcome</span>
    </div>
  );
}

interface LogRowProps {
  id: string;
  position: number;
  store: Store;
  state: State;
  delivery: Delivery;
  selected: boolean;
  hovered: boolean;
  related: boolean;
  onMenu(x: number, y: number, opener: HTMLElement | null): void;
}

/** One delivery with its context, in the columns of the head. */
export function LogRow({ id, position, store, state, delivery, ...look }: LogRowProps) {
  const { number } = delivery;
  const [over, setOver] = useState(false);
  const cells = useCells(state, delivery);
  const marks = `${look.related ? " sb-related" : ""}${look.hovered ? " sb-hovered" : ""}`;
  const hover = (here: boolean) => {
    setOver(here);
    if (here) store.hover.value = { what: "delivery", id: String(number) };
    else if (store.hover.peek()?.id === String(number)) store.hover.value = null;
  };
  const row = {
    ...ROW,
    "aria-rowindex": position + 1,
    "aria-selected": look.selected,
    onClick: () => store.select("delivery", number),
    onContextMenu(event: MouseEvent) {
      event.preventDefault();
      event.stopPropagation();
      look.onMenu(event.clientX, event.clientY, null);
    },
    onPointerEnter: () => hover(true),
    onPointerLeave: () => hover(false),
  };
  return (
    <div
      id={id}
      class={`sb-row sb-log-row${marks}`}
      data-testid="log-row"
      data-delivery={number}
      data-kind={delivery.kind}
      data-state={delivery.verdict ?? delivery.state}
      {...row}
    >
      {cells}
      {(look.selected || over) && (
        <RowButtons items={[copyItem(store, number)]} onMenu={look.onMenu} />
      )}
    </div>
  );
}

/** What stands in the row; made anew only when it says something else. */
function useCells(state: State, delivery: Delivery) {
  const { glyph, word, look } = sign(state, delivery);
  const { number, kind, messageType, messageId, isRpc } = delivery;
  const [from, to] = [senderWords(state, delivery), recipientWords(state, delivery)];
  const topic = topicWords(delivery) || "–";
  return useMemo(
    () => (
      <>
        <span class="sb-number" {...CELL}>
          {number}
        </span>
        <KindLetter delivery={delivery} {...CELL} />
        <Cell name="message" text={messageType} />
        <Cell name="sender" text={from} />
        <Cell name="recipient" text={to} />
        <Cell name="topic" text={topic} wide />
        <Cell name="is_rpc" text={isRpc ? "True" : "False"} wide />
        <Cell name="message_id" text={messageId} wide />
        <span class={`sb-sign sb-look-${look}`} {...CELL} title={word}>
          {glyph} {word}
        </span>
      </>
    ),
    [number, kind, messageType, from, to, topic, isRpc, messageId, glyph, word, look],
  );
}

function Cell({ name, text, wide }: { name: string; text: string; wide?: boolean }) {
  return (
    <span class={wide ? "sb-wide" : undefined} {...CELL} data-column={name} title={text}>
      {text}
    </span>
  );
}
