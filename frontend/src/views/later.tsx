import type { ComponentChildren, FunctionComponent, VNode } from "preact";
import { useEffect } from "preact/hooks";
import { wordsOf } from "../answers";
import type { Panes } from "../more";
import type { Store } from "../store";

/** The names of what is a component of the second part. */
type Name = {
  [Each in keyof Panes]: Panes[Each] extends (props: infer Props) => VNode | null
    ? Props extends { store: Store }
      ? Each
      : never
    : never;
}[keyof Panes];

/**
 * A component of the second part. Until that is here, `place` is seen in its place or, where there
 * is none, the words that it comes.
 */
export function later<N extends Name>(name: N, place?: VNode | null): Panes[N] {
  const shown = (props: { store: Store }): ComponentChildren => {
    const panes = props.store.more.panes.value;
    if (panes === null) return place === undefined ? <Coming store={props.store} /> : place;
    const Pane = panes[name] as FunctionComponent<{ store: Store }>;
    return <Pane {...props} />;
  };
  return shown as Panes[N];
}

/** Does something with the second part as soon as it is here; says why where it does not come. */
export function soon(store: Store, does: (panes: Panes) => void): void {
  store.more.need().then(does, (error) => store.say(wordsOf(error)));
}

function Coming({ store }: { store: Store }) {
  const { more } = store;
  const trouble = more.trouble.value;
  useEffect(() => more.ask(), [more]);
  return (
    <p class="sb-empty" data-testid="coming" role="status">
      {trouble ?? "One moment…"}{" "}
      {trouble !== null && (
        <button type="button" class="sb-link" data-testid="try-again" onClick={() => more.ask()}>
          Try again
        </button>
      )}
    </p>
  );
}
