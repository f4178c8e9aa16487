import type { Stop } from "../state";
import type { Store } from "../store";

interface StopWordsProps {
  store: Store;
  stop: Stop | null;
  /** Where it is seen anyway at which delivery it is. */
  brief?: boolean;
}

/** Why the run stands where it stands; nothing where no breakpoint did that. */
export function StopWords({ store, stop, brief }: StopWordsProps) {
  if (stop === null) return null;
  const { number } = stop;
  return (
    <p class="sb-stop" data-testid="stopped">
      Paused by <b>{stop.by}</b>
      {number !== null && !brief && (
        <>
          {" at "}
          <button type="button" class="sb-link" onClick={() => store.select("delivery", number)}>
            #{number}
          </button>
        </>
      )}
      {!brief && <small>{stop.reason}</small>}
    </p>
  );
}
