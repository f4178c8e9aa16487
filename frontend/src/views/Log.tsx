import { useState } from "preact/hooks";
import { concerns } from "../concerns";
import { evenRows } from "../rows";
import type { Store } from "../store";
import { whole } from "../words";
import { LogHead, LogRow } from "./LogRow";
import { later, soon } from "./later";
import type { MenuPlace } from "./Menu";
import { Rows } from "./Rows";
import { useSearch } from "./useSearch";

const LogMenu = later("LogMenu", null);
const SearchField = later("SearchField", <div class="sb-search" />);

const HEIGHT = 24;

type OpenMenu = MenuPlace & { number: number | null };

/** Every delivery that left the queue, in that order, with its context; and what is looked for. */
export function Log({ store, viewId }: { store: Store; viewId: string }) {
  const state = store.read();
  const { found, trouble, searched } = useSearch(store, state);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const selection = store.selection.value;
  const chosen = selection?.what === "delivery" ? Number(selection.id) : -1;
  const selected = chosen < 0 ? -1 : found.lastIndexOf(chosen);
  const hover = store.hover.value;
  const hovered = hover?.what === "delivery" ? Number(hover.id) : -1;
  const select = (number: number) => store.select("delivery", number);
  const openMenu = (number: number | null, x: number, y: number, opener: HTMLElement | null) => {
    if (number !== null) select(number);
    soon(store, () => setMenu({ number, x, y, opener }));
  };
  const onKey = (event: KeyboardEvent) => {
    const { key } = event;
    const box = event.currentTarget as HTMLElement;
    if (key === "ContextMenu" || (key === "F10" && event.shiftKey)) {
      const place = box.querySelector('[aria-selected="true"]')?.getBoundingClientRect();
      if (place !== undefined) openMenu(chosen, place.left + 24, place.bottom, box);
      return true;
    }
    const isCopy = key === "c" && (event.ctrlKey || event.metaKey);
    if (!isCopy || selected < 0 || String(getSelection() ?? "") !== "") return false;
    soon(store, (panes) => panes.take(store, chosen));
    return true;
  };

  return (
    <section class="sb-pane sb-log" aria-label="Log">
      <div class="sb-log-tools">
        <SearchField store={store} trouble={trouble} />
        <span class="sb-found" aria-live="polite" data-testid="found">
          {foundWords(found.length, state.log.length, searched)}
        </span>
        <ExportButton onOpen={(x, y, opener) => openMenu(null, x, y, opener)} />
      </div>
      {trouble.length > 0 && (
        <p class="sb-trouble-words" role="alert" data-testid="search-trouble">
          {trouble.join(" ")}
        </p>
      )}
      <LogHead />
      {found.length === 0 && (
        <p class="sb-empty">
          {state.log.length === 0
            ? "Delivered messages are listed here."
            : "No delivery fits. Esc in the search field clears it."}
        </p>
      )}
      <Rows
        testId="log"
        role="grid"
        label="Deliveries made"
        rows={evenRows(found.length, HEIGHT)}
        selected={selected}
        tail
        list={store.search.value}
        rowId={(position) => `${viewId}-log-${found[position]}`}
        onSelect={(position) => select(found[position] ?? 0)}
        onKey={onKey}
        row={(position) => {
          const delivery = state.deliveries.get(found[position] ?? 0);
          if (delivery === undefined) return null;
          const { number } = delivery;
          return (
            <LogRow
              key={number}
              id={`${viewId}-log-${number}`}
              position={position}
              store={store}
              state={state}
              delivery={delivery}
              selected={position === selected}
              hovered={number === hovered}
              related={concerns(selection, delivery)}
              onMenu={(x, y, opener) => openMenu(number, x, y, opener)}
            />
          );
        }}
      />
      {menu !== null && (
        <LogMenu
          store={store}
          number={menu.number}
          shown={found}
          place={menu}
          onClose={() => setMenu(null)}
        />
      )}
    </section>
  );
}

function foundWords(found: number, all: number, searched: boolean): string {
  const total = whole(all);
  if (searched) return `${whole(found)} of ${total}`;
  return all === 1 ? "1 row" : `${total} rows`;
}

function ExportButton({ onOpen }: { onOpen(x: number, y: number, opener: HTMLElement): void }) {
  return (
    <button
      type="button"
      class="sb-small"
      data-testid="export"
      aria-haspopup="menu"
      title="Copy or save the rows that are shown"
      onClick={(event) => {
        const { left, bottom } = event.currentTarget.getBoundingClientRect();
        onOpen(left, bottom, event.currentTarget);
      }}
    >
      Export ▾
    </button>
  );
}
