/** In the place of what only a kernel can do or tell. */
export function NoKernel({ what }: { what: string }) {
  return (
    <p class="sb-no-kernel" data-testid="no-kernel">
      {what} while a kernel is connected. What follows is what was recorded.
    </p>
  );
}
