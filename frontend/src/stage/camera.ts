/** What part of the picture is in sight: pan, zoom and fit, as arithmetic on a view. */

import { NARROW, type Rect } from "../layout";

/** A point p of the picture is seen at p · scale + (x, y), in pixels of the stage. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

/** What the user chose to see, whatever the size of the stage: the point in its middle. */
export type Sight = View;

export interface Size {
  width: number;
  height: number;
}

export const LEAST_SCALE = 0.04;
export const MOST_SCALE = 4;
/** Nothing is shown larger than this unless the user zooms in. */
const FIT_SCALE = 1.25;
/** How much more is drawn than is in sight. */
const AROUND = 1.6;

export const TOOLS = { height: 32, above: 236, below: 137 };
/** On a narrow stage all of them are above. */
const NARROW_TOOLS = { height: 32, above: NARROW, below: 0 };

/** Room of the tools that lie on the picture: above and below its left part. */
export function toolsOn(stage: Size): typeof TOOLS {
  return stage.width < NARROW ? NARROW_TOOLS : TOOLS;
}

/** The whole picture, in the middle of the stage; the tools cover none of the boxes. */
export function fitted(bounds: Rect, stage: Size, boxes: readonly Rect[] = []): View {
  const { height } = TOOLS;
  const tries = [
    [0, 0],
    [0, height],
    [height, 0],
    [height, height],
  ] as const;
  const views = tries.map(([above, below]) => within(bounds, stage, above, below));
  const clear = views.find((view) => !boxes.some((box) => isCovered(view, box, stage)));
  return clear ?? within(bounds, stage, height, height);
}

function within(bounds: Rect, stage: Size, above: number, below: number): View {
  const room = Math.max(60, stage.height - above - below);
  const whole = Math.min(stage.width / bounds.width, room / bounds.height);
  const scale = Math.max(LEAST_SCALE, Math.min(FIT_SCALE, whole));
  return {
    scale,
    x: Math.round((stage.width - bounds.width * scale) / 2 - bounds.x * scale),
    y: Math.round(above + (room - bounds.height * scale) / 2 - bounds.y * scale),
  };
}

function isCovered(view: View, box: Rect, stage: Size): boolean {
  const tools = toolsOn(stage);
  const left = box.x * view.scale + view.x;
  const top = box.y * view.scale + view.y;
  const bottom = top + box.height * view.scale;
  if (top < tools.height && left < tools.above) return true;
  return bottom > stage.height - tools.height && left < tools.below;
}

/** Whether all of the picture is in sight. */
export function isAllSeen(view: View, bounds: Rect, stage: Size): boolean {
  const left = bounds.x * view.scale + view.x;
  const top = bounds.y * view.scale + view.y;
  return (
    left >= -1 &&
    top >= -1 &&
    left + bounds.width * view.scale <= stage.width + 1 &&
    top + bounds.height * view.scale <= stage.height + 1
  );
}

/** Larger or smaller around a point of the stage, which stays where it is. */
export function zoomed(view: View, factor: number, at: { x: number; y: number }): View {
  const scale = Math.max(LEAST_SCALE, Math.min(MOST_SCALE, view.scale * factor));
  const by = scale / view.scale;
  return {
    scale,
    x: Math.round(at.x - (at.x - view.x) * by),
    y: Math.round(at.y - (at.y - view.y) * by),
  };
}

export function panned(view: View, dx: number, dy: number): View {
  return { ...view, x: Math.round(view.x + dx), y: Math.round(view.y + dy) };
}

/** What is in the middle of the stage. */
export function sightOf({ x, y, scale }: View, { width, height }: Size): Sight {
  return { x: (width / 2 - x) / scale, y: (height / 2 - y) / scale, scale };
}

/** The view in which that is in the middle. */
export function viewOf({ x, y, scale }: Sight, { width, height }: Size): View {
  return {
    x: Math.round(width / 2 - x * scale),
    y: Math.round(height / 2 - y * scale),
    scale,
  };
}

/** The least pan that brings something into sight, larger if it would be too small to see. */
export function revealing(view: View, rect: Rect, stage: Size, least = 0): View {
  const scale = Math.max(view.scale, least);
  const big = scale === view.scale ? view : zoomed(view, scale / view.scale, center(view, rect));
  const margin = 12;
  const shift = (low: number, high: number, room: number) => {
    if (low < margin) return margin - low;
    return high > room - margin ? Math.max(margin - low, room - margin - high) : 0;
  };
  const left = rect.x * big.scale + big.x;
  const top = rect.y * big.scale + big.y;
  return panned(
    big,
    shift(left, left + rect.width * big.scale, stage.width),
    shift(top, top + rect.height * big.scale, stage.height),
  );
}

function center({ x, y, scale }: View, rect: Rect) {
  return {
    x: (rect.x + rect.width / 2) * scale + x,
    y: (rect.y + rect.height / 2) * scale + y,
  };
}

/**
 * What has to be drawn: all that is in sight and as much around it. The last such window will do
 * as long as it holds all that is in sight, so that a pan draws anew only now and then.
 */
export function drawnWindow(view: View, stage: Size, last: Rect | null = null): Rect {
  const width = stage.width / view.scale;
  const height = stage.height / view.scale;
  const [x, y] = [-view.x / view.scale, -view.y / view.scale];
  const fits =
    last !== null &&
    Math.abs(last.width - AROUND * width) < 1 &&
    last.x <= x &&
    last.y <= y &&
    last.x + last.width >= x + width &&
    last.y + last.height >= y + height;
  if (fits) return last;
  const margin = (AROUND - 1) / 2;
  return {
    x: x - margin * width,
    y: y - margin * height,
    width: AROUND * width,
    height: AROUND * height,
  };
}
