import { expect, test } from "vitest";
import { Pace } from "../src/pace";

test("after a rest it is done at once, a few times over", () => {
  const pace = new Pace(50);
  expect([0, 1, 2, 3].map((now) => pace.wait(now))).toEqual([0, 0, 0, 0]);
  expect(pace.wait(1000)).toBe(0);
});

test("while it goes on, once in so many milliseconds", () => {
  const pace = new Pace(50);
  let done = 0;
  for (let now = 0; now < 10_000; now += 16 + pace.wait(now)) done += 1;
  expect(done).toBeGreaterThan(190);
  expect(done).toBeLessThan(210);
});

test("who asks every frame is put off by less than one turn", () => {
  const pace = new Pace(50);
  for (let now = 0; now < 1000; now += 50) expect(pace.wait(now)).toBeLessThanOrEqual(50);
});
