// Bundles the widget into the Python package; with --serve, serves the development page instead.
import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const shared = {
  bundle: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
  absWorkingDir: here,
};

async function buildWidget() {
  const outdir = join(here, "..", "sandbox", "notebook", "static");
  await mkdir(outdir, { recursive: true });
  for (const entryPoints of [
    { widget: "src/index.tsx", player: "src/playing.ts" },
    { widget: "src/theme.css", player: "src/playing.css" },
  ])
    await esbuild.build({ ...shared, entryPoints, minify: true, legalComments: "none", outdir });
}

async function serveDevelopmentPage() {
  const outdir = join(here, "dev", "build");
  await mkdir(outdir, { recursive: true });
  await cp(join(here, "tests", "fixtures"), join(outdir, "recordings"), { recursive: true });
  const context = await esbuild.context({
    ...shared,
    entryPoints: { page: "dev/page.ts", widget: "src/theme.css" },
    sourcemap: true,
    outdir,
  });
  await context.watch();
  // Loopback only: the page is for the person at this machine.
  const { port } = await context.serve({ servedir: join(here, "dev"), host: "127.0.0.1" });
  console.log(`development page: http://127.0.0.1:${port}/?recording=rpc`);
}

await (process.argv.includes("--serve") ? serveDevelopmentPage() : buildWidget());
