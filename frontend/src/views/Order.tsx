import type { Store } from "../store";

const POLICIES = [
  { name: "fifo", label: "FIFO", does: "first in, first out" },
  { name: "lifo", label: "LIFO", does: "last in, first out" },
  { name: "random", label: "random", does: "drawn, the same draw for the same seed" },
  { name: "pairs", label: "pairs", does: "FIFO between two agents, drawn otherwise" },
] as const;

const SEEDED = new Set(["random", "pairs"]);

/** Which policy decides what goes next, and the seed of its draws. */
export function Order({ store }: { store: Store }) {
  const [, name = "fifo", seed = null] = /^(\w+)(?:\((-?\d+)\))?/.exec(store.read().policy) ?? [];
  const refusal = store.refusal("policy");
  const set = (policy: string, number: string | null) => {
    const args = SEEDED.has(policy) ? { seed: Number(number ?? 1) || 0 } : {};
    void store.run("policy", { name: policy, ...args });
  };
  const title =
    refusal ??
    `Which pending delivery goes next: ${POLICIES.map(({ label, does }) => `${label} ${does}`).join("; ")}`;
  return (
    <span class="sb-order" title={title}>
      <label>
        <span class="sb-quiet">order </span>
        <select
          class="sb-field"
          data-testid="policy"
          aria-label="Order of delivery"
          value={name}
          disabled={refusal !== null}
          onChange={(event) => set(event.currentTarget.value, seed)}
        >
          {POLICIES.map((policy) => (
            <option key={policy.name} value={policy.name}>
              {policy.label}
            </option>
          ))}
        </select>
      </label>
      {SEEDED.has(name) && (
        <input
          type="number"
          class="sb-field sb-seed"
          data-testid="seed"
          aria-label="Seed of the draws"
          title="Seed: the same number draws the same order"
          value={seed ?? "0"}
          disabled={refusal !== null}
          onChange={(event) => set(name, event.currentTarget.value)}
        />
      )}
    </span>
  );
}
