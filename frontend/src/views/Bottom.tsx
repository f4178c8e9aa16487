import type { BottomTab, Store } from "../store";
import { Log } from "./Log";
import { later } from "./later";
import { Tabs } from "./Tabs";

const ProblemCount = later("ProblemCount", null);
const Problems = later("Problems");
const SpaceTime = later("SpaceTime");

const TABS: readonly { id: BottomTab; label: string; does: string }[] = [
  { id: "spacetime", label: "Space-time", does: "Who sent what to whom, one column for each step" },
  { id: "log", label: "Log", does: "Every delivery in the order in which it was made" },
  { id: "problems", label: "Problems", does: "What went wrong, or looks wrong" },
];

/** Below the stage: one of three ways to look at the whole run. */
export function Bottom({ store, viewId }: { store: Store; viewId: string }) {
  const tab = store.tab.bottom.value;
  return (
    <section class="sb-pane sb-bottom" aria-label="The whole run">
      <Tabs
        label="The whole run"
        tabs={TABS.map((each) =>
          each.id === "problems" ? { ...each, extra: <ProblemCount store={store} /> } : each,
        )}
        chosen={tab}
        panel={`${viewId}-bottom`}
        onChoose={(id) => {
          store.tab.bottom.value = id;
        }}
      />
      <div id={`${viewId}-bottom`} class="sb-bottom-panel" role="tabpanel" aria-label={tab}>
        {tab === "spacetime" && <SpaceTime store={store} viewId={viewId} />}
        {tab === "log" && <Log store={store} viewId={viewId} />}
        {tab === "problems" && <Problems store={store} />}
      </div>
    </section>
  );
}
