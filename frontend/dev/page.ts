// Plays a recording without a kernel: ?recording=rpc&shown=12&theme=dark
import inspector from "../src/index";
import { Player } from "../src/player";
import type { RawRecord } from "../src/records";

const wish = new URLSearchParams(location.search);
const name = (wish.get("recording") ?? "rpc").replace(/[^\w-]/g, "");
const theme = wish.get("theme");
if (theme !== null) document.body.dataset.jpThemeLight = String(theme !== "dark");
document.body.style.background = theme === "dark" ? "#111" : "#fff";

const records = (await (await fetch(`../tests/fixtures/${name}.json`)).json()) as RawRecord[];
const model = new Player(records, Number(wish.get("shown") ?? records.length));
const widget = inspector();
widget.initialize({ model });
const el = document.querySelector<HTMLElement>("#view");
if (el !== null) widget.render({ model, el });
