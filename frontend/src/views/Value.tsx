import { isObject, name as visible } from "../read";
import type { Json, Snapshot } from "../records";

const MAX_ENTRIES = 100;
const MAX_TEXT = 2000;
const OPEN_DEPTH = 2;

/** A message as it looked when it was sent: a tree where it is data, text where it is not. */
export function Value({ snapshot }: { snapshot: Snapshot | null }) {
  if (snapshot === null) return <p class="sb-quiet">not recorded</p>;
  if ("repr" in snapshot)
    return (
      <pre class="sb-value">
        {snapshot.repr}
        <CutMark cut={snapshot.cut} />
      </pre>
    );
  return (
    <div class="sb-value">
      <Node value={snapshot.json} depth={0} />
      <CutMark cut={snapshot.cut} />
    </div>
  );
}

function CutMark({ cut }: { cut: boolean | undefined }) {
  return cut ? <span class="sb-quiet"> … not all of it is shown</span> : null;
}

function Node({ value, depth }: { value: Json; depth: number }) {
  if (Array.isArray(value))
    return (
      <Entries
        entries={value.map((item, index) => [String(index), item])}
        depth={depth}
        empty="[]"
      />
    );
  if (isObject(value)) return <Entries entries={Object.entries(value)} depth={depth} empty="{}" />;
  if (typeof value === "string") return <span class="sb-text">{quoted(value)}</span>;
  return <span class="sb-atom">{value === null ? "None" : pythonWord(value)}</span>;
}

function Entries({
  entries,
  depth,
  empty,
}: {
  entries: [string, Json][];
  depth: number;
  empty: string;
}) {
  if (entries.length === 0) return <span class="sb-atom">{empty}</span>;
  const shown = entries.slice(0, MAX_ENTRIES);
  return (
    <ul class="sb-tree">
      {shown.map(([name, value]) => (
        <li key={name}>
          {isNested(value) ? (
            <details open={depth < OPEN_DEPTH}>
              <summary>
                <span class="sb-name">{visible(name)}</span>
                <span class="sb-quiet"> {sizeOf(value)}</span>
              </summary>
              <Node value={value} depth={depth + 1} />
            </details>
          ) : (
            <>
              <span class="sb-name">{visible(name)}</span> <Node value={value} depth={depth + 1} />
            </>
          )}
        </li>
      ))}
      {entries.length > shown.length && (
        <li class="sb-quiet">… {entries.length - shown.length} more</li>
      )}
    </ul>
  );
}

function isNested(value: Json): value is Json[] | { [key: string]: Json } {
  return value !== null && typeof value === "object" && Object.keys(value).length > 0;
}

function sizeOf(value: Json[] | { [key: string]: Json }): string {
  const size = Object.keys(value).length;
  return Array.isArray(value) ? `list of ${size}` : `${size} ${size === 1 ? "field" : "fields"}`;
}

function quoted(text: string): string {
  const cut =
    text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} letters)` : text;
  return `"${cut}"`;
}

function pythonWord(value: number | boolean): string {
  if (typeof value === "number") return String(value);
  return value ? "True" : "False";
}
