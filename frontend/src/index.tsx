/** The widget as its host sees it: one store per model, as many views of it as are wanted. */

import { render } from "preact";
import { keepLook } from "./keeping";
import type { Model } from "./link";
import { stillClass } from "./still";
import { Store } from "./store";
import { App } from "./views/App";

interface Context {
  model: Model;
}

/**
 * Hosts call this once per model. The store lives in the closure because the `model` handed to
 * `initialize` and to each `render` are different wrappers of the same one.
 */
export default function inspector() {
  let store: Store | null = null;
  return {
    initialize({ model }: Context) {
      const opened = new Store(model);
      store = opened;
      // The kernel gives each model a still picture of its own, under a name that stays.
      const forget = keepLook(opened, model.get?.("still"));
      return () => {
        forget();
        opened.close();
        if (store === opened) store = null;
      };
    },

    render({ model, el }: Context & { el: HTMLElement }) {
      store ??= new Store(model);
      const root = document.createElement("div");
      el.append(root);
      hideStill(model, store, el);
      render(<App store={store} />, root);
      return () => {
        render(null, root);
        el.replaceChildren();
      };
    },
  };
}

/** While the view is alive, the still picture of the saved notebook would show the same again. */
function hideStill(model: Model, store: Store, el: HTMLElement): void {
  const still = stillClass(model);
  if (still === null) return;
  const style = document.createElement("style");
  el.append(style);
  store.heard.subscribe((heard) => {
    style.textContent = heard
      ? `.jp-OutputArea-child:has(.${still}), .${still} { display: none !important; }`
      : "";
  });
}
