/** Pan and zoom of one view of the picture, as signals. */

import { type Signal, signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Layout, Rect } from "../layout";
import {
  fitted,
  isAllSeen,
  panned,
  revealing,
  type Sight,
  type Size,
  sightOf,
  type View,
  viewOf,
  zoomed,
} from "../stage/camera";

export class Camera {
  readonly view: Signal<View>;
  readonly size: Signal<Size> = signal({ width: 500, height: 300 });
  readonly follow: Signal<boolean> = signal(false);
  #bounds: Rect = { x: 0, y: 0, width: 1, height: 1 };
  #boxes: readonly Rect[] = [];
  /** What the user has chosen to see; null is everything. */
  #sight: Sight | null;
  /** What was chosen last in any view of this model: one that is opened begins with it. */
  readonly #kept: Signal<Sight | null>;

  constructor(kept: Signal<Sight | null>) {
    this.#kept = kept;
    this.#sight = kept.peek();
    const sight = this.#sight;
    this.view = signal(sight === null ? { x: 0, y: 0, scale: 1 } : viewOf(sight, this.size.value));
  }

  /** Hears how large the picture is; what does not fit any more is shown smaller. */
  see({ bounds, outlines }: Layout, settled: boolean): void {
    this.#bounds = bounds;
    this.#boxes = outlines;
    if (this.#sight !== null) return;
    if (!settled || !isAllSeen(this.view.value, bounds, this.size.value)) this.#show(this.#all());
  }

  resize(size: Size): void {
    const { width, height } = this.size.value;
    if (size.width === width && size.height === height) return;
    this.size.value = size;
    this.#show(this.#sight === null ? this.#all() : viewOf(this.#sight, size));
  }

  fit(): void {
    this.#sight = null;
    this.#kept.value = null;
    this.#show(this.#all());
  }

  zoom(factor: number, at?: { x: number; y: number }): void {
    const { width, height } = this.size.value;
    this.#choose(zoomed(this.view.value, factor, at ?? { x: width / 2, y: height / 2 }));
  }

  pan(dx: number, dy: number): void {
    this.#choose(panned(this.view.value, dx, dy));
  }

  /** Brings something into sight, if it is not. */
  reveal(rect: Rect, least = 0): void {
    const view = revealing(this.view.value, rect, this.size.value, least);
    const { x, y, scale } = this.view.value;
    if (view.x !== x || view.y !== y || view.scale !== scale) this.#choose(view);
  }

  #all(): View {
    return fitted(this.#bounds, this.size.value, this.#boxes);
  }

  #choose(view: View): void {
    this.#sight = sightOf(view, this.size.peek());
    this.#kept.value = this.#sight;
    this.#show(view);
  }

  #show(view: View): void {
    this.view.value = view;
  }
}

export function useCamera(kept: Signal<Sight | null>): Camera {
  return useState(() => new Camera(kept))[0];
}
