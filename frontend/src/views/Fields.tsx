import type { Field } from "../answers";
import { name as visible } from "../read";

/** What the user has set, by field; a field that is not in it was not touched. */
export type Given = { readonly [name: string]: unknown };

interface FieldsProps {
  /** Makes the ids of the inputs unique on the page. */
  prefix: string;
  fields: readonly Field[];
  given: Given;
  wrong: ReadonlyMap<string, string>;
  onChange(name: string, value: unknown): void;
}

const TYPE_WORDS: Record<Field["type"], string> = {
  text: "text",
  number: "number",
  integer: "whole number",
  boolean: "yes or no",
  choice: "one of these",
  json: "JSON",
};

/** An input for each field of a message, by its type, with what is wrong about it. */
export function Fields({ prefix, fields, given, wrong, onChange }: FieldsProps) {
  return (
    <>
      {fields.map((field, index) => {
        const id = `${prefix}-${index}`;
        const said = wrong.get(field.name);
        const value = Object.hasOwn(given, field.name) ? given[field.name] : field.value;
        const isNone = field.nullable && value === null;
        return (
          <div
            key={field.name}
            class="sb-entry"
            data-field={field.name}
            data-wrong={said !== undefined}
          >
            <label for={id}>
              {visible(field.name)}
              <small>
                {" "}
                {TYPE_WORDS[field.type]}
                {field.required ? ", needed" : ""}
              </small>
            </label>
            <Input
              id={id}
              field={field}
              value={value}
              off={isNone || field.reason !== null}
              describedBy={said === undefined ? undefined : `${id}-wrong`}
              onChange={(next) => onChange(field.name, next)}
            />
            {field.nullable && field.reason === null && (
              <label class="sb-check">
                <input
                  type="checkbox"
                  checked={isNone}
                  onChange={(event) =>
                    onChange(field.name, event.currentTarget.checked ? null : fresh(field))
                  }
                />{" "}
                None
              </label>
            )}
            {field.reason !== null && <p class="sb-quiet">{field.reason}</p>}
            {said !== undefined && (
              <p id={`${id}-wrong`} class="sb-wrong" role="alert">
                {visible(field.name)} {said}
              </p>
            )}
          </div>
        );
      })}
    </>
  );
}

function fresh({ type, choices }: Field): unknown {
  if (type === "boolean") return false;
  if (type === "choice") return choices?.[0] ?? "";
  return "";
}

interface InputProps {
  id: string;
  field: Field;
  value: unknown;
  off: boolean;
  describedBy: string | undefined;
  onChange(value: unknown): void;
}

function Input({ id, field, value, off, describedBy, onChange }: InputProps) {
  const shared = {
    id,
    disabled: off,
    "aria-invalid": describedBy !== undefined,
    "aria-describedby": describedBy,
  };
  const text = value === null || value === undefined ? "" : String(value);
  if (field.type === "boolean")
    return (
      <input
        {...shared}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  if (field.type === "choice")
    return (
      <select {...shared} value={text} onChange={(event) => onChange(event.currentTarget.value)}>
        {text === "" && <option value="">choose</option>}
        {(field.choices ?? []).map((choice) => (
          <option key={choice} value={choice}>
            {visible(choice)}
          </option>
        ))}
      </select>
    );
  if (field.type === "json" || text.includes("\n") || text.length > 60)
    return (
      <textarea
        {...shared}
        rows={Math.min(8, text.split("\n").length + 1)}
        spellcheck={false}
        value={text}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    );
  return (
    <input
      {...shared}
      type="text"
      inputMode={field.type === "text" ? "text" : "decimal"}
      autocomplete="off"
      value={text}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The words about each field, and those about none: a refusal has a line for each. */
export function wrongFields(
  error: string,
  names: readonly string[],
): { fields: Map<string, string>; rest: string } {
  const fields = new Map<string, string>();
  const rest: string[] = [];
  for (const line of error.split("\n")) {
    const name = names.find((one) => line.startsWith(`${one}: `));
    if (name === undefined) rest.push(line);
    else fields.set(name, line.slice(name.length + 2));
  }
  return { fields, rest: rest.join("\n") };
}
