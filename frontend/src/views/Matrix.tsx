import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import {
  type MatrixCell,
  type MatrixColumn,
  type MatrixRow,
  matrixOf,
  type Matrix as Table,
} from "../stage/matrix";
import { isSelected, type Selection, type Store } from "../store";

const ROW = 24;
const COLUMN = 34;
const HEAD = 96;
const NAMES = 128;
/** So many more rows and columns are drawn on each side than are in sight. */
const SPARE = 2;
const ASSUMED = { width: 500, height: 300 };

/** Topics in rows, agent types in columns: what subscribes to what, and how much passed. */
export function Matrix({ store }: { store: Store }) {
  const state = store.read();
  const table = useMemo(() => matrixOf(state), [state]);
  const selection = store.selection.value;
  const frame = useRef<HTMLDivElement>(null);
  const seen = useSignal({ left: 0, top: 0, width: 0, height: 0 });
  const active = useSignal({ row: 0, column: 0 });
  const wanted = useRef(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const look = () => {
      const { scrollLeft: left, scrollTop: top, clientWidth, clientHeight } = element;
      if (clientWidth > 0) seen.value = { left, top, width: clientWidth, height: clientHeight };
      else if (seen.value.width === 0) seen.value = { left, top, ...ASSUMED };
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  useLayoutEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    frame.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });
  const goTo = (row: number, column: number) => {
    active.value = {
      row: clamp(row, -1, table.rows.length - 1),
      column: clamp(column, -1, table.columns.length - 1),
    };
    wanted.current = true;
    bringIntoSight(frame.current, active.value);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { row, column } = active.value;
    const page = Math.max(1, Math.floor((seen.value.height - HEAD) / ROW));
    const moves: Record<string, [number, number]> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageUp: [row - page, column],
      PageDown: [row + page, column],
      Home: [row, -1],
      End: [row, table.columns.length - 1],
    };
    const move = moves[event.key];
    if (move !== undefined) goTo(...move);
    else if (event.key === "Enter" && event.target instanceof HTMLElement) event.target.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const { rows, columns } = table;
  const { left, top, width, height } = seen.value;
  // Before the frame is measured hardly any are drawn: they would be drawn anew when it is.
  const unknown = width === 0;
  const shownRows = unknown ? FIRST : within(top, height - HEAD, ROW, rows.length);
  const shownColumns = unknown ? FIRST : within(left, width - NAMES, COLUMN, columns.length);
  const now = active.value;
  const common = { store, selection, table, active: now };
  return (
    <div ref={frame} class="sb-matrix-frame" role="group" aria-label="Table" onKeyDown={onKeyDown}>
      <table
        class="sb-matrix"
        data-testid="matrix"
        aria-label="Topics and agent types: subscriptions and deliveries"
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        style={{ width: px(NAMES + columns.length * COLUMN) }}
      >
        <thead>
          <tr aria-rowindex={1} style={{ height: px(HEAD) }}>
            <th scope="col" class="sb-matrix-corner" style={{ width: px(NAMES) }}>
              <span class="sb-quiet">topic ↓ · type →</span>
            </th>
            <Gap width={shownColumns.before * COLUMN} />
            {columns.slice(shownColumns.before, shownColumns.after).map((column, index) => (
              <ColumnHead
                key={column.type}
                column={column}
                index={shownColumns.before + index}
                {...common}
              />
            ))}
            <Gap width={(columns.length - shownColumns.after) * COLUMN} />
          </tr>
        </thead>
        <tbody>
          <tr aria-hidden="true" style={{ height: px(shownRows.before * ROW) }} />
          {rows.slice(shownRows.before, shownRows.after).map((row, index) => (
            <Row
              key={row.node ?? ""}
              row={row}
              index={shownRows.before + index}
              columns={shownColumns}
              {...common}
            />
          ))}
          <tr aria-hidden="true" style={{ height: px((rows.length - shownRows.after) * ROW) }} />
        </tbody>
      </table>
    </div>
  );
}

interface Common {
  store: Store;
  selection: Selection | null;
  table: Table;
  active: { row: number; column: number };
}

interface Span {
  before: number;
  after: number;
}

/** The one that the keyboard comes to first. */
const FIRST: Span = { before: 0, after: 1 };

/** Rows or columns in sight, and some more on both sides. */
function within(from: number, room: number, size: number, count: number): Span {
  const before = Math.max(0, Math.min(count, Math.floor(from / size) - SPARE));
  return { before, after: Math.min(count, Math.ceil((from + room) / size) + SPARE) };
}

function px(size: number): string {
  return `${size}px`;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Scrolls by hand: the heads of rows and columns cover what the browser thinks is in sight. */
function bringIntoSight(frame: HTMLElement | null, at: { row: number; column: number }): void {
  if (frame === null) return;
  const scroll = (from: number, room: number, low: number, high: number) =>
    low < from ? Math.max(0, low) : high > from + room ? high - room : from;
  const [y, x] = [at.row * ROW, at.column * COLUMN];
  frame.scrollTop = scroll(frame.scrollTop, frame.clientHeight - HEAD, y, y + ROW);
  frame.scrollLeft = scroll(frame.scrollLeft, frame.clientWidth - NAMES, x, x + COLUMN);
}

function Gap({ width }: { width: number }) {
  return width > 0 ? <td aria-hidden="true" style={{ width: px(width) }} /> : null;
}

function ColumnHead({
  column,
  index,
  store,
  selection,
  active,
}: Common & { column: MatrixColumn; index: number }) {
  const { type, agents, pending, failed } = column;
  const selected = isSelected(selection, "type", type);
  const words = `${type}: ${agents} agent${agents === 1 ? "" : "s"}, ${pending} waiting${failed ? ", with failures" : ""}`;
  return (
    <th scope="col" aria-colindex={index + 2} class={selected ? "sb-selected" : ""}>
      <button
        type="button"
        data-testid="agent-type"
        data-id={type}
        title={words}
        aria-label={words}
        aria-pressed={selected}
        tabIndex={active.row === -1 && active.column === index ? 0 : -1}
        onClick={() => store.select("type", type)}
      >
        <span class="sb-matrix-type">{type}</span>
        <small>
          {failed && <b class="sb-matrix-failed">✕ </b>}
          {agents}
        </small>
      </button>
    </th>
  );
}

interface RowProps extends Common {
  row: MatrixRow;
  index: number;
  columns: Span;
}

function Row({ row, index, columns, store, selection, table, active }: RowProps) {
  const topic = row.topic ?? (row.node === null ? null : row.name);
  const selected = topic !== null && isSelected(selection, "topic", topic);
  const sources = row.sources === 0 ? "" : `, ${row.sources} source${row.sources === 1 ? "" : "s"}`;
  return (
    <tr aria-rowindex={index + 2} style={{ height: px(ROW) }}>
      <th scope="row" class={selected ? "sb-selected" : ""}>
        <button
          type="button"
          data-testid={row.node === null ? "direct" : "topic"}
          data-id={row.name}
          title={`${row.name}${sources}`}
          aria-pressed={selected}
          tabIndex={active.row === index && active.column === -1 ? 0 : -1}
          onClick={() => topic !== null && store.select("topic", topic)}
        >
          {row.name}
        </button>
      </th>
      <Gap width={columns.before * COLUMN} />
      {table.columns.slice(columns.before, columns.after).map((column, offset) => {
        const at = columns.before + offset;
        return (
          <Cell
            key={column.type}
            row={row}
            column={column}
            cell={table.cell(row, column)}
            index={at}
            isActive={active.row === index && active.column === at}
            store={store}
            selection={selection}
          />
        );
      })}
      <Gap width={(table.columns.length - columns.after) * COLUMN} />
    </tr>
  );
}

interface CellProps {
  row: MatrixRow;
  column: MatrixColumn;
  cell: MatrixCell;
  index: number;
  isActive: boolean;
  store: Store;
  selection: Selection | null;
}

function Cell({ row, column, cell, index, isActive, store, selection }: CellProps) {
  const { subscription, count, pending } = cell;
  const selected = subscription !== null && isSelected(selection, "subscription", subscription.id);
  const classes = [
    selected ? "sb-selected" : "",
    isCrossed(selection, row, column) ? "sb-crossed" : "",
    subscription === null ? "" : "sb-matrix-subscribed",
    pending > 0 ? "sb-matrix-pending" : "",
  ];
  const words = cellWords(row, column, cell);
  const select = () => {
    if (subscription !== null) store.select("subscription", subscription.id);
    else store.select("type", column.type);
  };
  return (
    <td aria-colindex={index + 2} class={classes.join(" ")}>
      <button
        type="button"
        data-testid={subscription === null ? "matrix-cell" : "subscription"}
        data-id={subscription?.id ?? `${row.name} ${column.type}`}
        title={words}
        aria-label={words}
        tabIndex={isActive ? 0 : -1}
        onClick={select}
      >
        {count > 0 ? shortCount(count) : ""}
      </button>
    </td>
  );
}

/** Whether a cell lies in the selected row or column. */
function isCrossed(selection: Selection | null, row: MatrixRow, column: MatrixColumn): boolean {
  return (
    isSelected(selection, "type", column.type) ||
    (row.node !== null && isSelected(selection, "topic", row.name))
  );
}

function cellWords(row: MatrixRow, column: MatrixColumn, cell: MatrixCell): string {
  const parts = [
    row.node === null ? "requests" : cell.subscription === null ? "not subscribed" : "subscribed",
    `${cell.count} deliver${cell.count === 1 ? "y" : "ies"}`,
    ...(cell.pending > 0 ? [`${cell.pending} waiting`] : []),
  ];
  return `${row.name} → ${column.type}: ${parts.join(", ")}`;
}

function shortCount(count: number): string {
  return count < 1000 ? String(count) : `${Math.round(count / 1000)}k`;
}
