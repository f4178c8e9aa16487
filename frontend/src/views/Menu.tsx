import { useLayoutEffect, useRef } from "preact/hooks";
import { enlarged } from "../enlarged";

export interface MenuItem {
  id: string;
  glyph: string;
  label: string;
  /** The key that does the same, as people read it. */
  keys: string | null;
  title: string;
  /** Whether it cannot be done now; the title says why. */
  off: boolean;
  run(): void;
}

export interface MenuPlace {
  /** Where the pointer is, or the button that opens it, in the window. */
  x: number;
  y: number;
  /** What gets the keyboard back. */
  opener: HTMLElement | null;
}

interface MenuProps {
  label: string;
  place: MenuPlace;
  items: readonly MenuItem[];
  onClose(): void;
}

/** What one can do with a row: arrows choose, Enter does it, Escape closes. */
export function Menu({ label, place, items, onClose }: MenuProps) {
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    // Above everything, whatever the notebook around cuts off, where the browser can do that.
    element.showPopover?.();
    put(element, place);
    element.querySelector<HTMLElement>("[role=menuitem]")?.focus({ preventScroll: true });
    const leave = (event: Event) => {
      if (!(event.target instanceof Node && element.contains(event.target))) onClose();
    };
    document.addEventListener("pointerdown", leave, true);
    document.addEventListener("scroll", leave, true);
    return () => {
      document.removeEventListener("pointerdown", leave, true);
      document.removeEventListener("scroll", leave, true);
    };
  }, []);

  const close = () => {
    onClose();
    place.opener?.focus({ preventScroll: true });
  };

  const onKey = (event: KeyboardEvent) => {
    const rows = [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const goals: { [key: string]: number } = {
      ArrowDown: at + 1,
      ArrowUp: at - 1 + rows.length,
      Home: 0,
      End: rows.length - 1,
    };
    const goal = goals[event.key];
    event.stopPropagation();
    if (goal !== undefined) rows[goal % rows.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={box}
      class="sb-menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      data-testid="menu"
      popover="manual"
      onKeyDown={onKey}
    >
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          role="menuitem"
          tabIndex={-1}
          data-testid="action"
          data-action={item.id}
          aria-disabled={item.off}
          title={item.title}
          onClick={(event) => {
            event.stopPropagation();
            if (item.off) return;
            close();
            item.run();
          }}
        >
          <span class="sb-menu-glyph" aria-hidden="true">
            {item.glyph}
          </span>
          <span>{item.label}</span>
          {item.keys !== null && <kbd>{item.keys}</kbd>}
        </button>
      ))}
    </div>
  );
}

/** At its place, or where it is wholly in the window. */
function put(element: HTMLElement, { x, y }: MenuPlace): void {
  const { width, height } = element.getBoundingClientRect();
  const room = document.documentElement;
  const scale = enlarged(element);
  element.style.left = `${Math.max(4, Math.min(x, room.clientWidth - width - 4)) / scale}px`;
  element.style.top = `${Math.max(4, Math.min(y, room.clientHeight - height - 4)) / scale}px`;
}
