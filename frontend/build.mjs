/**
 * Bundles the page code into the Python package.
 *
 * The live view comes in two parts: `widget.js`, which a notebook gets with the view, and `more.js`,
 * which the page asks the kernel for while that draws (`src/more.ts`). The player of
 * recordings has all of it in one file.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle as bundleStyles } from "lightningcss";
import { rolldown } from "rolldown";
import { inTwoParts } from "./split.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "sandbox", "notebook", "static");

/** The browsers that run it, at least; Lightning CSS wants a version as major << 16 | minor << 8. */
const SCRIPTS = ["es2022", "chrome111", "firefox115", "safari16.4"];
const STYLES = { chrome: 111 << 16, firefox: 115 << 16, safari: (16 << 16) | (4 << 8) };

async function scriptsOf(entry) {
  const bundle = await rolldown({
    cwd: here,
    input: entry,
    transform: { target: SCRIPTS },
    // What both parts use is in the first, not in a file of its own.
    preserveEntrySignatures: "allow-extension",
    // In the player, all of it is one file.
    checks: { ineffectiveDynamicImport: false },
  });
  const wish = { format: "esm", minify: true, comments: false, chunkFileNames: "[name].js" };
  const { output } = await bundle.generate(wish);
  await bundle.close();
  return output.map(({ code }) => code);
}

function styleOf(name) {
  const filename = join(here, "src", `${name}.css`);
  return bundleStyles({ filename, minify: true, targets: STYLES }).code;
}

const [widget, more] = inTwoParts(await scriptsOf({ widget: "src/index.tsx" }));
const [player] = await scriptsOf({ player: "src/playing.ts" });
const files = {
  "widget.js": widget,
  "widget.css": styleOf("theme"),
  "more.js": more,
  "more.css": styleOf("more"),
  "player.js": player,
  "player.css": styleOf("playing"),
};
await mkdir(target, { recursive: true });
for (const [name, content] of Object.entries(files)) await writeFile(join(target, name), content);
