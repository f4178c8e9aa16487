import { useMemo, useRef, useState } from "preact/hooks";
import { perform } from "../actions";
import { type Coming, useComing } from "../coming";
import { concerns } from "../concerns";
import { type QueueRow, queueRows, rowOf } from "../pending";
import { scrollAt, unevenRows } from "../rows";
import type { Store } from "../store";
import { later, soon } from "./later";
import type { MenuPlace } from "./Menu";
import { type Move, useMoving } from "./moving";
import { EmptyQueue, QueueHeading } from "./QueueHeading";
import { DeliveryRow, GroupRow, HeadingRow, heightOf, type RowLook } from "./QueueRow";
import { groupAround, keyed, mayStop, mover } from "./queueKeys";
import { RowButtons } from "./RowButtons";
import { Rows } from "./Rows";
import { firstOf, rowButtons } from "./rowActions";

const QueueMenu = later("QueueMenu", null);

type OpenMenu = MenuPlace & { row: QueueRow };

/** What waits, in the order in which it would go; below, what is held and what ended as dead letter. */
export function Queue({ store, viewId }: { store: Store; viewId: string }) {
  const state = store.read();
  const coming = useComing(store);
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const rows = useMemo(() => queueRows(state, coming.order, opened), [state, coming, opened]);
  const heights = useMemo(() => unevenRows(rows.map(heightOf)), [rows]);
  const selection = store.selection.value;
  const chosen = selection?.what === "delivery" ? Number(selection.id) : null;
  const selected = useMemo(() => (chosen === null ? -1 : rowOf(rows, chosen)), [rows, chosen]);
  const pane = useRef<HTMLElement>(null);
  const moving = useMoving(mover(store, coming, rows, heights));

  const toggle = (row: QueueRow | undefined, open?: boolean) => {
    if (row === undefined || row.kind === "delivery") return;
    setOpened((old) => new Map(old).set(row.key, open ?? !row.open));
  };
  const select = (position: number) => {
    const row = rows[position];
    if (row?.kind === "heading") toggle(row);
    else if (row !== undefined) store.select("delivery", firstOf(row));
  };
  const jump = (section: string) => {
    const box = pane.current?.querySelector(".sb-rows");
    const position = rows.findIndex(({ key }) => key === section);
    if (box) box.scrollTop = scrollAt(heights, box.clientHeight, position);
  };
  const openMenu = (row: QueueRow, x: number, y: number, opener: HTMLElement | null) => {
    if (row.kind === "heading") return;
    store.select("delivery", firstOf(row));
    soon(store, () => setMenu({ row, x, y, opener }));
  };
  const onKey = (event: KeyboardEvent) =>
    keyed(event, {
      store,
      coming,
      chosen,
      group: groupAround(rows, selected),
      toggle,
      menu: (box) => {
        const row = rows[selected];
        const place = box.querySelector('[aria-selected="true"]')?.getBoundingClientRect();
        if (row !== undefined && place !== undefined)
          openMenu(row, place.left + 24, place.bottom, box);
      },
    });

  return (
    <section ref={pane} class="sb-pane sb-queue" aria-label="Queue">
      <QueueHeading state={state} rows={rows} coming={coming} onJump={jump} />
      {state.queue.size === 0 && <EmptyQueue state={state} />}
      <Rows
        testId="queue"
        role="treegrid"
        label="Pending deliveries"
        rows={heights}
        selected={selected}
        rowId={(position) => idOf(viewId, rows[position])}
        mayStop={(position) => mayStop(rows, position)}
        onSelect={select}
        onKey={onKey}
        onPointerDown={moving.begin}
        over={moving.move !== null && <div class="sb-gap" style={{ top: `${moving.move.y}px` }} />}
        row={(position) => {
          const row = rows[position];
          if (row === undefined) return null;
          const look = lookOf(store, coming, row, position, {
            id: idOf(viewId, row),
            selected: position === selected,
            moving: moving.move,
            over: over === row.key,
            onOver: (here) => setOver((old) => (here ? row.key : old === row.key ? null : old)),
            onSelect: () => select(position),
            onToggle: () => toggle(row),
            onMenu: (x, y, opener) => openMenu(row, x, y, opener),
          });
          if (row.kind === "heading") return <HeadingRow key={row.key} row={row} {...look} />;
          const delivery = state.deliveries.get(firstOf(row));
          if (delivery === undefined) return null;
          return row.kind === "group" ? (
            <GroupRow key={row.key} state={state} row={row} first={delivery} {...look} />
          ) : (
            <DeliveryRow key={row.key} state={state} row={row} delivery={delivery} {...look} />
          );
        }}
      />
      {menu !== null && (
        <QueueMenu
          store={store}
          coming={coming}
          row={menu.row}
          place={menu}
          onClose={() => setMenu(null)}
        />
      )}
    </section>
  );
}

function idOf(viewId: string, row: QueueRow | undefined): string {
  return `${viewId}-queue-${row?.kind}-${row?.key}`;
}

interface LookOptions {
  id: string;
  selected: boolean;
  moving: Move | null;
  /** Whether the pointer is on this very row. */
  over: boolean;
  onOver(here: boolean): void;
  onSelect(): void;
  onToggle(): void;
  onMenu(x: number, y: number, opener: HTMLElement | null): void;
}

function lookOf(
  store: Store,
  coming: Coming,
  row: QueueRow,
  position: number,
  options: LookOptions,
): RowLook {
  const state = store.read();
  const first = firstOf(row);
  const delivery = state.deliveries.get(first);
  const hover = store.hover.value;
  const hovered = row.kind === "delivery" && hover?.what === "delivery" && hover.id === `${first}`;
  const { id, selected, moving } = options;
  const buttons = moving === null && row.kind !== "heading" && (selected || options.over);
  const numbers = row.kind === "group" ? row.numbers : [first];
  return {
    id,
    position,
    selected,
    hovered,
    isNext: coming.next !== null && numbers.includes(coming.next),
    related: delivery !== undefined && concerns(store.selection.value, delivery),
    moving: moving?.numbers.includes(first) ?? false,
    buttons: buttons ? <RowButtons items={rowButtons(store, row)} onMenu={options.onMenu} /> : null,
    onSelect: options.onSelect,
    onToggle: options.onToggle,
    onDeliver() {
      if (row.kind !== "heading") perform(store, "deliver", { what: "delivery", id: `${first}` });
    },
    onMenu(event) {
      event.preventDefault();
      event.stopPropagation();
      options.onMenu(event.clientX, event.clientY, null);
    },
    onHover(over) {
      options.onOver(over);
      if (row.kind === "heading") return;
      if (over) store.hover.value = { what: "delivery", id: `${first}` };
      else if (store.hover.peek()?.id === `${first}`) store.hover.value = null;
    },
  };
}
