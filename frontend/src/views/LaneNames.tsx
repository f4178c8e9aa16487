import { type Lanes, OUTSIDE } from "../lanes";
import { HEADER } from "../spacetime";
import type { Store } from "../store";

interface LaneNamesProps {
  store: Store;
  lanes: Lanes;
  all: boolean;
  room: number;
  onAll(): void;
}

/** Whose lifelines these are; a click selects the agent. */
export function LaneNames({ store, lanes, all, room, onAll }: LaneNamesProps) {
  const selection = store.selection.value;
  const total = lanes.shown.length + lanes.folded.length;
  return (
    <div class="sb-lane-names" role="presentation" style={{ paddingTop: `${HEADER}px` }}>
      {lanes.shown.map((lane) =>
        lane === OUTSIDE ? (
          <span key="outside" class="sb-lane-name" title="Cells and whatever else is no agent">
            outside
          </span>
        ) : (
          <button
            key={lane}
            type="button"
            tabIndex={-1}
            class="sb-lane-name"
            data-id={lane}
            aria-pressed={selection?.what === "agent" && selection.id === lane}
            title={`${lane}: select this agent`}
            onClick={() => store.select("agent", lane)}
          >
            {lane}
          </button>
        ),
      )}
      {lanes.folded.length > 0 && (
        <button
          type="button"
          tabIndex={-1}
          class="sb-lane-name sb-lane-others"
          data-testid="others"
          title={`${lanes.folded.slice(0, 12).join(", ")}${lanes.folded.length > 12 ? " …" : ""}\nClick to show them all; selecting one of them shows it as well`}
          onClick={onAll}
        >
          others ({lanes.folded.length}) ▾
        </button>
      )}
      {all && total > room && (
        <button
          type="button"
          tabIndex={-1}
          class="sb-lane-fold"
          title="Show only the lifelines where something happens in sight"
          onClick={onAll}
        >
          fold ▴
        </button>
      )}
    </div>
  );
}
