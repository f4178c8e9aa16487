/** A page that plays the recording it holds, with the same view as a notebook, and no kernel. */

import inspector from "./index";
import { Recorded } from "./recorded";

const content: unknown = JSON.parse(document.querySelector("#recording")?.textContent ?? "{}");
const el = document.querySelector<HTMLElement>("#view");
if (el !== null) {
  const model = new Recorded(content);
  const view = inspector();
  view.initialize({ model });
  view.render({ model, el });
  el.querySelector<HTMLElement>('[data-testid="slider"]')?.focus();
}
