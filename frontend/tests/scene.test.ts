import { expect, test } from "vitest";
import { layout } from "../src/layout";
import { stateAfter } from "../src/reducer";
import { journey, scene } from "../src/scene";
import { type RecordingName, recording, recordsBefore } from "./helpers";

function sceneOf(name: RecordingName, records = recording(name)) {
  const state = stateAfter(records);
  const drawn = layout(state.places, 600);
  return { state, drawn, scene: scene(state, drawn) };
}

test("an agent that is not built yet is a ghost, the next one is marked", () => {
  const { scene } = sceneOf("rpc", recordsBefore("rpc", "handling", 2));
  const chips = scene.types.flatMap((shape) => shape.chips);
  expect(chips.map((chip) => [chip.agent.id, chip.look, chip.next, chip.agent.pending])).toEqual([
    ["worker/default", "idle", false, 0],
    ["monitor/123", "ghost", true, 2],
  ]);
});

test("a turn that runs and one that waits look different", () => {
  expect(sceneOf("rpc", recordsBefore("rpc", "queued", 2)).scene.types[0]?.chips[0]?.look).toBe(
    "handling",
  );
  expect(sceneOf("waiting").scene.types[0]?.chips[0]?.look).toBe("waiting");
});

test("direct mailboxes are not drawn, prefixes and the topics they cover are", () => {
  const { scene } = sceneOf("waiting");
  expect(scene.topics.map((topic) => [topic.name, topic.pattern])).toEqual([
    ["orders", false],
    ["orders*", true],
  ]);
  const subscriptions = scene.lines.filter((line) => line.kind === "subscription");
  expect(subscriptions.map((line) => line.subscription?.id)).toEqual(["s5", "s6", "s7", "s7"]);
});

test("agents beyond the room of a box are counted, with what waits for them", () => {
  const { scene } = sceneOf("many");
  const box = scene.types.find((shape) => shape.type.type === "press");
  expect(box?.chips.length).toBe(5);
  expect(box?.more).toMatchObject({ agents: 4, pending: 16 });
});

test("a response travels back along its request", () => {
  const { state, drawn } = sceneOf("rpc");
  const [request, response] = [1, 4].map((number) => state.deliveries.get(number));
  if (!request || !response) throw new Error("the recording has both");
  const there = journey(state, drawn, request);
  const back = journey(state, drawn, response);
  expect(back[0]?.[0]).toEqual(there[0]?.[3]);
  expect(back[0]?.[3]).toEqual(there[0]?.[0]);
});

test("an event travels through its topic, and no further when nobody subscribes", () => {
  const { state, drawn } = sceneOf("failing");
  const legs = (number: number) => {
    const delivery = state.deliveries.get(number);
    return delivery === undefined ? 0 : journey(state, drawn, delivery).length;
  };
  expect(legs(4)).toBe(2);
  expect(legs(3)).toBe(1);
});
