/** How much larger than it is laid out an element is drawn, as large text and pages around it do. */
export function enlarged(element: HTMLElement | null): number {
  const ratio = element === null ? 1 : element.getBoundingClientRect().width / element.offsetWidth;
  // Layout rounds to whole pixels.
  return ratio > 0 && Number.isFinite(ratio) ? Math.round(ratio * 100) / 100 : 1;
}
