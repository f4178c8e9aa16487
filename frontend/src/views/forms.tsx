import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { wordsOf } from "../answers";
import type { Store } from "../store";
import { useKeyboard } from "./useKeyboard";

interface FormProps {
  testId: string;
  title: string;
  /** The verb of the button that does it, and what it does. */
  verb: string;
  does: string;
  /** Does it; resolves with why it was refused, or null. */
  onSubmit(): Promise<string | null>;
  /** What is said about no field in particular; by default all that is wrong. */
  wrong?(error: string): string;
  /** Given where the form can be closed without doing it. */
  store?: Store | null;
  off?: boolean;
  /** Gets what is wrong, and the id of the element that says it; null where nothing is. */
  children: ComponentChildren | ((error: string, said: string | undefined) => ComponentChildren);
}

/** A form with its button; what is wrong is said in it, and the keyboard goes there. */
export function Form(props: FormProps) {
  const { testId, title, verb, does, onSubmit, wrong, store, off, children } = props;
  const id = useId();
  const [error, setError] = useState("");
  const box = useKeyboard<HTMLFormElement>(Boolean(store));
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as Element;
    const refusal = await onSubmit().catch(wordsOf);
    setError(refusal ?? "");
    if (refusal === null) return;
    requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const rest = wrong === undefined ? error : wrong(error);
  return (
    <form
      ref={box}
      tabIndex={-1}
      class="sb-form"
      data-testid={testId}
      aria-label={title}
      noValidate
      onSubmit={(event) => void submit(event)}
    >
      <h4>{title}</h4>
      {typeof children === "function" ? children(error, error ? id : undefined) : children}
      {rest !== "" && (
        <p id={id} class="sb-wrong" role="alert">
          {rest}
        </p>
      )}
      <p class="sb-line-wrap">
        <button
          type="submit"
          class="sb-small sb-main"
          aria-disabled={off}
          title={`${does} (Enter)`}
        >
          {verb}
        </button>
        {store && <Cancel store={store} />}
      </p>
    </form>
  );
}

export function Cancel({ store }: { store: Store }) {
  return (
    <button
      type="button"
      class="sb-small"
      title="Leave everything as it is (Esc)"
      onClick={() => close(store)}
    >
      Cancel
    </button>
  );
}

export function close(store: Store): void {
  store.form.value = null;
}

interface EntryProps {
  label: string;
  hint?: string;
  value: string;
  /** What can be chosen; without it, anything can be typed. */
  choices?: readonly (readonly [value: string, words: string])[];
  /** What is offered while typing. */
  known?: Iterable<string>;
  placeholder?: string;
  /** Whether it is a line of Python. */
  code?: boolean;
  /** Id of the element that says what is wrong with it. */
  wrong?: string | undefined;
  onChange(value: string): void;
}

/** One labelled input. */
export function Entry(props: EntryProps) {
  const { label, hint, value, choices, known, placeholder, code, wrong, onChange } = props;
  const id = useId();
  const shared = { id, value, "aria-invalid": wrong !== undefined, "aria-describedby": wrong };
  return (
    <div class="sb-entry">
      <label for={id}>
        {label}
        {hint !== undefined && <small> {hint}</small>}
      </label>
      {choices === undefined ? (
        <input
          {...shared}
          type="text"
          class={code ? "sb-code-input" : undefined}
          list={known && `${id}-known`}
          placeholder={placeholder}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <select {...shared} onChange={(event) => onChange(event.currentTarget.value)}>
          {choices.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </select>
      )}
      {known && (
        <datalist id={`${id}-known`}>
          {[...known].slice(0, MAX_OFFERED).map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </div>
  );
}

const MAX_OFFERED = 200;

interface CheckProps {
  label: string;
  value: boolean;
  off?: boolean;
  onChange(value: boolean): void;
}

export function Check({ label, value, off, onChange }: CheckProps) {
  return (
    <label class="sb-check">
      <input
        type="checkbox"
        checked={value}
        disabled={off}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}
