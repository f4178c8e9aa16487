import { useId, useState } from "preact/hooks";
import { type Completion, completions } from "../completions";
import { FILTERS } from "../search";
import type { Store } from "../store";

const ABOUT = `Search the log (/). Words, and filters: ${Object.keys(FILTERS)
  .map((name) => `${name}:`)
  .join(" ")}`;

/** What to look for: words and filters, with what they could go on with. */
export function SearchField({ store, trouble }: { store: Store; trouble: readonly string[] }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const text = store.search.value;
  const offers = open ? completions(store.read(), text) : [];

  const take = (offer: Completion) => {
    store.search.value = offer.text;
    setChosen(-1);
    setOpen(true);
  };
  const onKey = (event: KeyboardEvent) => {
    const { key } = event;
    // Letters are for the field, not for the verbs they are keys of.
    if (key !== "F6") event.stopPropagation();
    if (key === "Escape") {
      if (open && offers.length > 0) setOpen(false);
      else if (text !== "") store.search.value = "";
      else
        (event.currentTarget as HTMLElement)
          .closest("section")
          ?.querySelector<HTMLElement>("[role=grid]")
          ?.focus();
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      const by = key === "ArrowDown" ? 1 : -1;
      setOpen(true);
      setChosen(
        offers.length === 0
          ? -1
          : (Math.max(chosen, by < 0 ? 0 : -1) + by + offers.length) % offers.length,
      );
    } else if (key === "Enter" || (key === "Tab" && chosen >= 0)) {
      const offer = offers[chosen];
      if (offer !== undefined) take(offer);
      else setOpen(false);
    } else return;
    if (key !== "Tab" || chosen >= 0) event.preventDefault();
  };

  return (
    <div class="sb-search">
      <span aria-hidden="true">⌕</span>
      <input
        type="text"
        role="combobox"
        data-testid="search"
        value={text}
        placeholder="Search, or type: from: to: topic: state: before:"
        title={ABOUT}
        aria-label="Search the log"
        aria-expanded={offers.length > 0}
        aria-controls={`${id}-offers`}
        aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 ? `${id}-offer-${chosen}` : undefined}
        aria-invalid={trouble.length > 0}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => {
          store.search.value = event.currentTarget.value;
          setChosen(-1);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKey}
      />
      {text !== "" && (
        <button
          type="button"
          class="sb-clear"
          aria-label="Clear the search"
          title="Clear the search (Esc)"
          onClick={() => {
            store.search.value = "";
          }}
        >
          ×
        </button>
      )}
      <div
        id={`${id}-offers`}
        class="sb-offers"
        role="listbox"
        aria-label="How the search could go on"
        hidden={offers.length === 0}
      >
        {offers.map((offer, place) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and names its active offer
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field
          <div
            key={offer.label}
            id={`${id}-offer-${place}`}
            role="option"
            aria-selected={place === chosen}
            data-testid="offer"
            // Before the field would lose the focus, and the list with it.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(offer)}
          >
            <b>{offer.label}</b> <span class="sb-quiet">{offer.about}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
