/** What the kernel answers to questions, as the views use it. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { CommandArgs } from "./link";
import type { Store } from "./store";

export interface Field {
  name: string;
  type: "text" | "number" | "integer" | "boolean" | "choice" | "json";
  /** JSON text for `json`; null for None, or where nothing is set. */
  value: string | number | boolean | null;
  required: boolean;
  choices: string[] | null;
  nullable: boolean;
  /** Why it cannot be edited. */
  reason: string | null;
}

export interface Form {
  message_type: string;
  editable: boolean;
  reason: string | null;
  fields: Field[];
}

export interface Decision {
  question: string;
  answer: string;
  outcome: "ok" | "failed" | "undecided";
  advice: string | null;
  delivery: number | null;
  subscription: string | null;
  source: string | null;
}

export interface Explanation {
  message: string;
  agent: string | null;
  verdict: string;
  advice: string | null;
  first_failing: number | null;
  steps: Decision[];
}

export interface Code {
  where: string;
  name: string;
  first_line: number;
  source: string | null;
  cut: number;
  parked: number | null;
}

export interface Answer<T> {
  value: T | null;
  /** The words of the kernel where it refused. */
  error: string | null;
}

/** Milliseconds between two questions of the same kind, at least. */
const PAUSE = 250;

/**
 * What the kernel says; asked again whenever `version` is another, but never in a hurry. Null for
 * both as long as there is no answer, and where there is no kernel or nothing to ask.
 */
export function useAnswer<T>(
  store: Store,
  name: string,
  args: CommandArgs | null,
  version: unknown,
): Answer<T> {
  const live = store.live.value;
  const about = args === null || !live ? null : JSON.stringify([name, args]);
  const [known, setKnown] = useState<Answer<T> & { about: string | null }>(NOTHING);
  const asked = useRef({ about: "", at: 0 });
  const current = useRef(about);
  current.current = about;
  useEffect(() => {
    if (about === null || args === null) return;
    const take = (answer: Answer<T>) => {
      if (current.current === about) setKnown({ about, ...answer });
    };
    const ask = () => {
      asked.current = { about, at: Date.now() };
      store.ask(name, args).then(
        (value) => take({ value: value as T, error: null }),
        (error) => take({ value: null, error: wordsOf(error) }),
      );
    };
    const wait = asked.current.about === about ? asked.current.at + PAUSE - Date.now() : 0;
    if (wait <= 0) {
      ask();
      return;
    }
    const timer = setTimeout(ask, wait);
    return () => clearTimeout(timer);
  }, [about, version, live]);
  return known.about === about ? known : NOTHING;
}

const NOTHING = { about: null, value: null, error: null };

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
