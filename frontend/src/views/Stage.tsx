import { useLayoutEffect, useRef } from "preact/hooks";
import { isBusy } from "../scene";
import { dragsOf } from "../stage/drags";
import type { StageTab, Store } from "../store";
import { Graph } from "./Graph";
import { later } from "./later";
import { type Camera, useCamera } from "./useCamera";

const Find = later("Find", <span class="sb-find" />);
const Matrix = later("Matrix");

/** Stores whose run grew so large that the matrix was shown by itself, once. */
const SWITCHED = new WeakSet<Store>();

const FIRST_STOP =
  '[data-testid="graph"][tabindex="0"], [data-testid="graph"] [tabindex="0"], .sb-matrix [tabindex="0"]';

/** The middle of the inspector: who is there and what passes between them, as picture or table. */
export function Stage({ store }: { store: Store }) {
  const camera = useCamera(store.sight);
  const grown = isBusy(store.now) && !SWITCHED.has(store);
  useLayoutEffect(() => {
    if (!grown) return;
    SWITCHED.add(store);
    store.tab.stage.value = "matrix";
  }, [grown]);
  const shown = grown ? "matrix" : store.tab.stage.value;
  const section = useRef<HTMLElement>(null);
  const focused = useRef(false);
  const isHere = store.more.panes.value !== null;
  useLayoutEffect(() => {
    const view = section.current?.closest<HTMLElement>(".sb-inspector");
    const active = document.activeElement;
    if (!focused.current || (active !== view && active?.closest(".sb-inspector"))) return;
    // Until the table is here, the view keeps the keyboard for it.
    (section.current?.querySelector<HTMLElement>(FIRST_STOP) ?? view)?.focus();
  }, [shown, isHere]);
  const empty = store.now.places.length === 0;
  return (
    <section
      ref={section}
      class="sb-pane sb-stage"
      aria-label="Stage"
      onFocusIn={() => {
        focused.current = true;
      }}
      onFocusOut={(event) => {
        // Nothing takes the focus over when the picture that had it goes.
        if (event.relatedTarget) focused.current = false;
      }}
    >
      <Tools store={store} camera={camera} shown={shown} />
      {shown === "matrix" && !empty ? (
        <Matrix store={store} />
      ) : (
        <Graph store={store} camera={camera} />
      )}
    </section>
  );
}

interface ToolsProps {
  store: Store;
  camera: Camera;
  shown: StageTab;
}

function Tools({ store, camera, shown }: ToolsProps) {
  const place = shown === "graph" ? " sb-tools-above" : "";
  return (
    <>
      <div class={`sb-tools${place}`}>
        <fieldset class="sb-switch" aria-label="How the stage is shown">
          <Choice store={store} tab="graph" shown={shown} title="Show the picture (G)" />
          <Choice store={store} tab="matrix" shown={shown} title="Show the table (G)" />
        </fieldset>
        <Find store={store} />
      </div>
      {shown === "graph" && <CameraTools store={store} camera={camera} />}
    </>
  );
}

function CameraTools({ store, camera }: { store: Store; camera: Camera }) {
  const drags = dragsOf(store);
  const untouched = drags.value.size === 0;
  const tidy = untouched
    ? "Tidy: nothing was moved by hand yet (drag, or Shift and arrows)"
    : "Tidy: put back what was moved by hand";
  const follow = () => {
    camera.follow.value = !camera.follow.value;
  };
  const putBack = () => {
    drags.value = new Map();
  };
  return (
    <div class="sb-tools sb-tools-below">
      <Tool
        name="zoom-out"
        title="Smaller (-, or Ctrl and the wheel)"
        does={() => camera.zoom(0.8)}
      >
        −
      </Tool>
      <Tool name="zoom-in" title="Larger (+, or Ctrl and the wheel)" does={() => camera.zoom(1.25)}>
        +
      </Tool>
      <Tool name="fit" title="Show everything (Home)" does={() => camera.fit()}>
        ⤢
      </Tool>
      <Tool
        name="follow"
        title="Follow activity: keep what happens in sight"
        pressed={camera.follow.value}
        does={follow}
      >
        ◎
      </Tool>
      <Tool name="tidy" title={tidy} disabled={untouched} does={putBack}>
        ↺
      </Tool>
    </div>
  );
}

interface ChoiceProps {
  store: Store;
  tab: StageTab;
  shown: StageTab;
  title: string;
}

function Choice({ store, tab, shown, title }: ChoiceProps) {
  const choose = () => {
    store.tab.stage.value = tab;
  };
  return (
    <button
      type="button"
      class="sb-tool"
      data-testid="tab"
      data-tab={tab}
      title={title}
      aria-pressed={tab === shown}
      onClick={choose}
    >
      {tab}
    </button>
  );
}

interface ToolProps {
  name: string;
  title: string;
  does: () => void;
  pressed?: boolean;
  disabled?: boolean;
  children: string;
}

function Tool({ name, title, does, pressed, disabled, children }: ToolProps) {
  return (
    <button
      type="button"
      class="sb-tool"
      data-testid={name}
      title={title}
      aria-label={title}
      aria-pressed={pressed}
      aria-disabled={disabled}
      onClick={() => {
        if (disabled !== true) does();
      }}
    >
      {children}
    </button>
  );
}
