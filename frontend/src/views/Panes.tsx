import type { BottomTab, Pane, Store } from "../store";
import { later } from "./later";

const ProblemCount = later("ProblemCount", null);

const PANES: readonly { id: string; label: string; pane: Pane; bottom?: BottomTab }[] = [
  { id: "pane-queue", label: "Queue", pane: "queue" },
  { id: "pane-detail", label: "Detail", pane: "detail" },
  { id: "pane-spacetime", label: "Space-time", pane: "bottom", bottom: "spacetime" },
  { id: "pane-log", label: "Log", pane: "bottom", bottom: "log" },
  { id: "pane-problems", label: "Problems", pane: "bottom", bottom: "problems" },
];

/** Where there is room for one pane below the stage: which one that is. */
export function Panes({ store }: { store: Store }) {
  const isChosen = ({ pane, bottom }: (typeof PANES)[number]) =>
    store.tab.pane.value === pane && (bottom === undefined || store.tab.bottom.value === bottom);
  return (
    <nav class="sb-panes" aria-label="Panes">
      {PANES.map((one) => (
        <button
          key={one.id}
          type="button"
          class="sb-tab"
          data-testid="tab"
          data-tab={one.id}
          aria-pressed={isChosen(one)}
          title={`Show ${one.label.toLowerCase()}`}
          onClick={() => {
            store.tab.pane.value = one.pane;
            if (one.bottom !== undefined) store.tab.bottom.value = one.bottom;
          }}
        >
          {one.label}
          {one.bottom === "problems" && <ProblemCount store={store} />}
        </button>
      ))}
    </nav>
  );
}
