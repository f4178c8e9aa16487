/** What is written on the picture about the lines that are marked, and where. */

import { touches } from "../geometry";
import type { Rect } from "../layout";
import { type Size, toolsOn, type View } from "./camera";
import { MAX_THREADS, type Thread } from "./journey";

/** The words for threads, as in "source s1 → key s1". */
export function threadWords(found: readonly Thread[]): string[] {
  const shown = found.length > MAX_THREADS ? found.slice(0, MAX_THREADS - 1) : found;
  const words = shown.map(({ source, key }) => `source ${source} → key ${key}`);
  const rest = found.length - shown.length;
  return rest === 0 ? words : [...words, `and ${rest} more`];
}

/** Where words of this size lie on the picture and cover fewest of its boxes: left and top. */
export function leastCovering(view: View, stage: Size, boxes: readonly Rect[], words: Size) {
  const tools = toolsOn(stage);
  const right = stage.width - words.width - 4;
  const bottom = stage.height - words.height - 4;
  const [width, height] = [words.width / view.scale, words.height / view.scale];
  const covered = (x: number, y: number) => {
    const under = { x: (x - view.x) / view.scale, y: (y - view.y) / view.scale, width, height };
    return { x, y, boxes: boxes.filter((box) => touches(box, under)).length };
  };
  return [
    covered(4, tools.below > 0 ? bottom - tools.height + 2 : bottom),
    covered(right, bottom),
    covered(right, tools.below > 0 ? 4 : tools.height),
  ].reduce((best, other) => (other.boxes < best.boxes ? other : best));
}
