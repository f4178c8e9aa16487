import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Link, LOST } from "../src/link";
import type { RawRecord } from "../src/records";
import { FakeModel } from "./helpers";

let model: FakeModel;
let got: unknown[];
let notices: (string | null)[];
let shown: number[];
let link: Link;

beforeEach(() => {
  vi.useFakeTimers();
  model = new FakeModel();
  got = [];
  notices = [];
  shown = [];
  link = new Link(model, {
    records: (records) => got.push(...records.map((record) => record.seq)),
    notice: (words) => notices.push(words),
    show: (delivery) => shown.push(delivery),
  });
});

afterEach(() => {
  link.close();
  vi.useRealTimers();
});

function records(from: number, to: number): RawRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, kind: "x" }));
}

test("a delivery that the kernel asks to have shown is passed on, and nonsense is not", () => {
  model.push({ type: "show", delivery: 3 });
  model.push({ type: "show", delivery: "three" });
  expect(shown).toEqual([3]);
});

describe("batches", () => {
  test("are asked for from the first record when the page opens", () => {
    expect(model.sent).toEqual([{ type: "resync", from: 1 }]);
  });

  test("are passed on in order", () => {
    model.batch(1, records(1, 3));
    model.batch(4, records(4, 5));
    expect(got).toEqual([1, 2, 3, 4, 5]);
    expect(link.seq).toBe(5);
  });

  test("that were lost are noticed, asked for once, and waited for", () => {
    model.batch(1, records(1, 3));
    model.batch(6, records(6, 7));
    model.batch(8, records(8, 8));
    expect(got).toEqual([1, 2, 3]);
    expect(model.sentOfType("resync")).toEqual([
      { type: "resync", from: 1 },
      { type: "resync", from: 4 },
    ]);
    model.batch(4, records(4, 8));
    model.batch(9, records(9, 9));
    expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("that are still missing after a while are asked for again", () => {
    model.batch(1, records(1, 3));
    model.batch(6, records(6, 7));
    vi.advanceTimersByTime(2000);
    expect(model.sentOfType("resync").map((one) => one.from)).toEqual([1, 4, 4]);
  });

  test("that the kernel no longer has are counted and said in words", () => {
    model.batch(1, records(1, 3));
    model.push({ type: "batch", first: 6, records: records(6, 7), let_go: 5 });
    expect(got).toEqual([1, 2, 3, 6, 7]);
    expect(link.missing).toBe(2);
    expect(notices.at(-1)).toContain("2 records are no longer kept");
  });

  test("that overlap with what is here bring only what is new", () => {
    model.batch(1, records(1, 3));
    model.batch(2, records(2, 5));
    model.batch(1, records(1, 2));
    expect(got).toEqual([1, 2, 3, 4, 5]);
  });

  test("are acknowledged four times a second at most", () => {
    for (let seq = 1; seq <= 20; seq += 1) {
      model.batch(seq, records(seq, seq));
      vi.advanceTimersByTime(33);
    }
    const acks = model.sentOfType("ack").map((one) => one.seq as number);
    expect(acks.length).toBe(2);
    vi.advanceTimersByTime(250);
    expect(model.sentOfType("ack").at(-1)).toEqual({ type: "ack", seq: 20 });
  });

  test("of thousands of records are acknowledged at once, so that the kernel can go on", () => {
    model.batch(1, records(1, 900));
    expect(model.sentOfType("ack")).toEqual([]);
    model.batch(901, records(901, 1900));
    model.batch(1901, records(1901, 2900));
    expect(model.sentOfType("ack").map((one) => one.seq)).toEqual([1900, 2900]);
  });

  test("that are lost, doubled and late at 30,000 records a second all arrive once, in order", () => {
    // A kernel of the same rules: it sends again from where the page asks.
    const last = 30_000;
    let draw = 7;
    const chance = (share: number) => {
      draw = (draw * 48_271) % 2_147_483_647;
      return draw / 2_147_483_647 < share;
    };
    model.send = (content) => {
      const { type, from } = content as { type: string; from: number };
      if (type === "resync") queue.push(...batchesFrom(from));
    };
    const batchesFrom = (from: number) => {
      const batches: number[] = [];
      for (let first = from; first <= last; first += 1000) batches.push(first);
      return batches;
    };
    const queue = batchesFrom(1);
    for (let turn = 0; link.seq < last && turn < 10_000; turn += 1) {
      vi.advanceTimersByTime(33);
      const first = queue.shift();
      if (first === undefined || chance(0.2)) continue;
      if (chance(0.1)) queue.unshift(first);
      model.batch(first, records(first, Math.min(last, first + 999)));
    }
    expect(got).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    expect(link.missing).toBe(0);
  });

  test("and answers tell how far the kernel is", () => {
    model.push({ type: "batch", first: 1, records: records(1, 3), last: 9 });
    expect([link.seq, link.last]).toEqual([3, 9]);
    model.push({ type: "answer", id: "of another page", ok: true, last: 12 });
    model.batch(4, records(4, 5));
    expect([link.seq, link.last]).toEqual([5, 12]);
  });

  test("that come again are acknowledged again", () => {
    model.batch(1, records(1, 3));
    vi.advanceTimersByTime(250);
    model.batch(1, records(1, 3));
    vi.advanceTimersByTime(250);
    expect(model.sentOfType("ack")).toEqual([
      { type: "ack", seq: 3 },
      { type: "ack", seq: 3 },
    ]);
  });

  test("without sense are ignored", () => {
    for (const content of [
      null,
      5,
      "batch",
      {},
      { type: "batch" },
      { type: "batch", first: 1, records: 3 },
    ])
      model.push(content);
    expect(got).toEqual([]);
    expect(link.seq).toBe(0);
  });
});

describe("commands", () => {
  const asked = () => model.sentOfType("command").at(-1)?.id;

  test("carry an id, a name and arguments", () => {
    link.command("step", { number: 7 }).catch(() => undefined);
    link.command("pause").catch(() => undefined);
    const sent = model.sentOfType("command");
    expect(sent).toEqual([
      { type: "command", id: expect.any(String), name: "step", args: { number: 7 } },
      { type: "command", id: expect.any(String), name: "pause", args: {} },
    ]);
    expect(sent[0]?.id).not.toEqual(sent[1]?.id);
  });

  test("of two pages never share an id, since both pages get every answer", () => {
    const other = new Link(model, { records: () => undefined, notice: () => undefined });
    link.command("step").catch(() => undefined);
    other.command("step").catch(() => undefined);
    const [mine, theirs] = model.sentOfType("command").map((command) => command.id);
    expect(mine).not.toEqual(theirs);
    other.close();
  });

  test("are settled by the first answer only", async () => {
    const answer = link.command("step");
    model.push({ type: "answer", id: asked(), ok: true, value: { number: 1 } });
    model.push({ type: "answer", id: asked(), ok: false, error: "too late" });
    await expect(answer).resolves.toEqual({ number: 1 });
    expect(link.strayAnswers).toBe(1);
  });

  test("that the kernel refuses fail with its words", async () => {
    const answer = link.command("step", { number: 9 });
    model.push({ type: "answer", id: asked(), ok: false, error: "There is no delivery 9." });
    await expect(answer).rejects.toThrow("There is no delivery 9.");
  });

  test("answers nobody asked for are ignored", () => {
    model.push({ type: "answer", id: "c44", ok: true });
    model.push({ type: "answer", ok: true });
    expect(link.strayAnswers).toBe(2);
  });

  test("that take long are explained, and the words go when the answer comes", async () => {
    const answer = link.command("step");
    vi.advanceTimersByTime(4000);
    expect(notices.at(-1)).toContain('has not answered "step" for 4 s');
    model.push({ type: "answer", id: asked(), ok: true, value: null });
    await expect(answer).resolves.toBeNull();
    expect(notices.at(-1)).toBeNull();
  });

  test("fail at once when the connection is lost, and work again when it is back", async () => {
    const open = link.command("step");
    model.fire("comm_live_update");
    await expect(open).rejects.toThrow(LOST);
    await expect(link.command("pause")).rejects.toThrow(LOST);
    expect(notices.at(-1)).toBe(LOST);
    model.batch(1, records(1, 1));
    expect(notices.at(-1)).toBeNull();
  });

  test("fail in words when the model cannot send", async () => {
    model.send = () => {
      throw new Error("comm is closed");
    };
    await expect(link.command("step")).rejects.toThrow(LOST);
  });
});

test("closing leaves no listener and no open command", async () => {
  const open = link.command("step");
  link.close();
  expect(model.listeners).toEqual([]);
  await expect(open).rejects.toThrow("closed before the kernel answered");
});
