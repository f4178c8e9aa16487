/** What the kernel tells the page: one record per thing that happened, in order. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A message or a result as it looked at one moment; `repr` where JSON could not hold it. */
export type Snapshot = { json: Json; cut?: boolean } | { repr: string; cut?: boolean };

export type Kind = "request" | "response" | "event";

export type Verdict =
  | "handled"
  | "unhandled"
  | "failed"
  | "dropped"
  | "undeliverable"
  | "no_recipient"
  | "skipped_sender"
  | "cancelled"
  | "stranded";

/** What makes the deliveries: steps, a run of the inspector, or the runtime freely. */
export type Mode = "paused" | "run" | "running";

export interface TopicId {
  type: string;
  source: string;
}

export interface Handles {
  message: string;
  by: "rpc" | "event" | "message";
  handler: string;
}

export interface ErrorText {
  type: string;
  text: string;
  traceback: string;
}

interface Stamped {
  seq: number;
  time: number;
}

export type Rec = Stamped &
  (
    | { kind: "registered"; type: string; class: string; handles: Handles[]; mailbox: string }
    | { kind: "unregistered"; type: string }
    | { kind: "created"; agent: string; class: string; cause: number | null }
    | {
        kind: "subscribed";
        subscription: string;
        label: string;
        topic_type: string | null;
        prefix: string | null;
        agent_type: string | null;
      }
    | { kind: "unsubscribed"; subscription: string }
    | {
        kind: "queued";
        number: number;
        delivery: Kind;
        message_type: string;
        message: Snapshot;
        message_id: string;
        sender: string | null;
        recipient: string | null;
        topic: TopicId | null;
        is_rpc: boolean;
        cause: number | null;
        publication: string | number | null;
        request: number | null;
        subscriptions: string[];
        cell: string | null;
        copy_of: number | null;
      }
    | {
        kind: "rerouted";
        publication: string;
        events: { number: number; recipient: string | null; subscriptions: string[] }[];
      }
    | { kind: "handling"; number: number }
    | { kind: "waiting"; number: number; on: number }
    | { kind: "resumed"; number: number; on: number }
    | { kind: "held"; number: number }
    | { kind: "released"; number: number }
    | {
        kind: "settled";
        number: number;
        verdict: Verdict;
        result: Snapshot | null;
        error: ErrorText | null;
        reason: string | null;
      }
    | {
        kind: "intercepted";
        number: number;
        handler: string;
        outcome: "replaced" | "dropped" | "failed";
        message: Snapshot | null;
      }
    | { kind: "printed"; number: number; stream: "stdout" | "stderr"; text: string }
    | { kind: "mode"; mode: Mode }
    | { kind: "lifecycle"; state: "started" | "stopped" }
    | { kind: "moved"; number: number; before: number | null }
    | { kind: "edited"; number: number; message: Snapshot; fields: string[] }
    | { kind: "crashed"; agent: string }
    | {
        kind: "changed";
        number: number;
        when: "delivery" | "turn";
        before: Snapshot;
        after: Snapshot;
        by: number | null;
        shared: number[];
      }
    | { kind: "statechanged"; agent: string; number: number | null; state: Snapshot }
    | { kind: "stopped"; number: number | null; by: string; reason: string }
    | { kind: "policyset"; name: string }
    | { kind: "mailboxpaused"; agent: string; paused: boolean }
  );

/** A record before anybody looked at it: a newer kernel may send fields and kinds we do not know. */
export type RawRecord = { readonly [key: string]: unknown };
