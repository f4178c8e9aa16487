/** How finely the picture is drawn, which follows from how large it is shown. */

export type Detail = "near" | "middle" | "far" | "specks";

/** Pixels per unit from which on each is used. */
const FROM: readonly (readonly [Detail, number])[] = [
  ["near", 0.68],
  ["middle", 0.45],
  ["far", 0.22],
];

/** By how much texts are larger than in `near`, so that they can be read from further away. */
export const TEXT: Record<Detail, number> = { near: 1, middle: 1.5, far: 2.3, specks: 3 };

export function detailFor(scale: number): Detail {
  return FROM.find(([, least]) => scale >= least)?.[0] ?? "specks";
}
