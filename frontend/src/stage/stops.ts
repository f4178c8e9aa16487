/** What the keyboard can rest on in the picture, and where that is. */

import { pointAt } from "../geometry";
import type { Rect } from "../layout";
import type { Scene } from "../scene";
import { cellCorner } from "./contents";
import type { Line } from "./lines";
import { type Stop, stopKey } from "./neighbours";

/** The stops of a picture, worked out when they are asked for: most drawings need none. */
export class Stops {
  readonly #scene: Scene;
  readonly #lines: readonly Line[];
  #all: Map<string, Stop> | null = null;

  /** `lines` are those that are drawn one by one. */
  constructor(scene: Scene, lines: readonly Line[]) {
    this.#scene = scene;
    this.#lines = lines;
  }

  get all(): ReadonlyMap<string, Stop> {
    this.#all ??= stopsOf(this.#scene, this.#lines);
    return this.#all;
  }

  /** Whether the picture has this stop. */
  has(key: string): boolean {
    const space = key.indexOf(" ");
    const [what, id] = [key.slice(0, space), key.slice(space + 1)];
    const { topics, types, outside } = this.#scene;
    if (what === "topic") return topics.some(({ name }) => name === id);
    if (what === "type") return types.some(({ type }) => type.type === id);
    if (what === "outside") return outside.some(({ label }) => label === id);
    if (what === "subscription") return this.#lines.some((one) => one.subscription?.id === id);
    return this.all.has(key);
  }

  get first(): string | null {
    const [type] = this.#scene.types;
    const [topic] = this.#scene.topics;
    if (type !== undefined) return stopKey({ what: "type", id: type.type.type });
    return topic === undefined ? null : stopKey({ what: "topic", id: topic.name });
  }
}

function stopsOf(scene: Scene, lines: readonly Line[]): Map<string, Stop> {
  const stops = new Map<string, Stop>();
  const add = (what: Stop["what"], id: string, x: number, y: number) =>
    stops.set(stopKey({ what, id }), { what, id, x, y });
  for (const { label, box } of scene.outside) add("outside", label, ...center(box));
  for (const { name, box } of scene.topics) add("topic", name, ...center(box));
  for (const { type, box, contents } of scene.types) {
    // Where its name begins: the middle belongs to its agents.
    add("type", type.type, box.x + 40, box.y + 12);
    const { chips, more, cells } = contents;
    for (const chip of chips) add("agent", chip.agent.id, ...center(chip));
    if (more !== null) add("more", type.type, ...center(more));
    if (cells === null) continue;
    for (const [index, id] of cells.ids.entries()) {
      const { x, y } = cellCorner(cells, index);
      add("agent", id, x + cells.size / 2, y + cells.size / 2);
    }
  }
  for (const { subscription, way } of lines) {
    const middle = way[Math.floor(way.length / 2)];
    if (subscription === null || middle === undefined) continue;
    const { x, y } = pointAt(middle, 0.5);
    add("subscription", subscription.id, x, y);
  }
  return stops;
}

function center({ x, y, width, height }: Rect): [number, number] {
  return [x + width / 2, y + height / 2];
}
