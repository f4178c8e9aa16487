import type { Change } from "../../changes";
import { inLine } from "../../lists";
import { name as visible } from "../../read";

const MAX_CHANGES = 100;

interface ChangesProps {
  changes: readonly Change[];
  onWatch?: (path: string) => void;
}

/** Fields that differ, before and after. */
export function Changes({ changes, onWatch }: ChangesProps) {
  const shown = changes.slice(0, MAX_CHANGES);
  return (
    <ul class="sb-changes">
      {shown.map((one, place) => (
        <li key={`${place} ${one.path}`} data-testid="change" data-id={one.path}>
          <span class="sb-grow">
            <span class="sb-name">{visible(one.path) || "all of it"}</span>{" "}
            <span class="sb-old" title={inLine(one.old, 2000)}>
              {inLine(one.old)}
            </span>{" "}
            <span aria-hidden="true">→</span>
            <span class="sb-unseen">became</span>{" "}
            <b title={inLine(one.new, 2000)}>{inLine(one.new)}</b>
          </span>
          {onWatch !== undefined && <WatchButton path={one.path} onWatch={onWatch} />}
        </li>
      ))}
      {changes.length > shown.length && <li>… {changes.length - shown.length} more</li>}
    </ul>
  );
}

export function WatchButton({ path, onWatch }: { path: string; onWatch: (path: string) => void }) {
  return (
    <button
      type="button"
      class="sb-small sb-eye"
      data-testid="watch-field"
      aria-label={`Watch ${visible(path)}`}
      title={`Watch ${visible(path)}: shown on the agent and under Watches`}
      onClick={() => onWatch(path)}
    >
      ◉
    </button>
  );
}
