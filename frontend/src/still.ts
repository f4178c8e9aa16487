/** The still picture that a saved notebook has below the live view, kept up to date after a reload. */

import type { Model } from "./link";
import { isObject, text } from "./read";

/** The class of the pictures of this model's view; null where there are none. */
export function stillClass(model: Model): string | null {
  const name = text(model.get?.("still"));
  return name !== null && /^[\w-]+$/.test(name) ? name : null;
}

interface Output {
  toJSON(): { data?: { [type: string]: unknown } };
}
interface Outputs {
  readonly length: number;
  get(index: number): Output;
  set(index: number, output: unknown): void;
}

/**
 * Puts a new picture in the notebook in place of an older one.
 *
 * JupyterLab does that itself for outputs that came while the page was open. What was saved is
 * known by its class only, and reached through the widget manager, where it belongs to a notebook.
 */
export function replaceStill(model: Model, data: unknown): void {
  const name = stillClass(model);
  const html = isObject(data) ? text(data["text/html"]) : null;
  if (name === null || html === null) return;
  for (const outputs of outputsOf(model))
    for (let index = 0; index < outputs.length; index += 1) {
      const output = outputs.get(index).toJSON();
      const old = text(output.data?.["text/html"]);
      if (old?.includes(`class="${name}"`) && old !== html) outputs.set(index, { ...output, data });
    }
}

function* outputsOf(model: Model): Generator<Outputs> {
  const notebook = member(member(model.widget_manager, "context"), "model");
  const cells = member(notebook, "cells") as Iterable<unknown> | undefined;
  for (const cell of cells ?? []) {
    const outputs = member(cell, "outputs");
    if (typeof member(outputs, "set") === "function") yield outputs as Outputs;
  }
}

function member(thing: unknown, name: string): unknown {
  return typeof thing === "object" && thing !== null
    ? (thing as { [name: string]: unknown })[name]
    : undefined;
}
