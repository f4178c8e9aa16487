import type { MenuItem } from "./Menu";
import { CELL } from "./parts";

interface RowButtonsProps {
  items: readonly MenuItem[];
  onMenu(x: number, y: number, opener: HTMLElement | null): void;
}

/** What is done most with a row, at its end; the rest is in the menu. */
export function RowButtons({ items, onMenu }: RowButtonsProps) {
  const press = (event: MouseEvent, run: () => void) => {
    event.stopPropagation();
    run();
  };
  return (
    <div {...CELL} class="sb-row-buttons">
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          tabIndex={-1}
          data-testid="action"
          data-action={item.id}
          aria-disabled={item.off}
          aria-label={item.label}
          title={item.title}
          onClick={(event) => press(event, () => !item.off && item.run())}
          onDblClick={(event) => event.stopPropagation()}
        >
          {item.glyph}
        </button>
      ))}
      <button
        type="button"
        tabIndex={-1}
        data-testid="action"
        data-action="more"
        aria-label="More"
        aria-haspopup="menu"
        title="All that can be done with it (Shift+F10)"
        onClick={(event) =>
          press(event, () => {
            const button = event.currentTarget;
            const { left, bottom } = button.getBoundingClientRect();
            onMenu(left, bottom, button.closest<HTMLElement>(".sb-rows"));
          })
        }
        onDblClick={(event) => event.stopPropagation()}
      >
        ⋯
      </button>
    </div>
  );
}
