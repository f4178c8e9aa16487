"""Thousands of messages a second: none is lost on the way to the page, and Pause is heard."""

import json

from playwright.sync_api import expect

PROGRAM = """
from sandbox import *

class Relay(RoutedAgent):
    @event
    async def on(self, message: int, ctx: MessageContext) -> None:
        await self.publish_message(message + 1, TopicId("ring", f"s{(message + 1) % 40}"))

runtime = SingleThreadedAgentRuntime()
await Relay.register(runtime, "relay", lambda: Relay("passes it on"))
await runtime.add_subscription(TypeSubscription("ring", "relay"))
for number in range(200):
    await runtime.publish_message(number, TopicId("ring", f"s{number % 40}"))
runtime.start()
inspector = Inspector(runtime, rounds=None)
inspector
"""
TELL = """
import json, time
epoch = time.time() - time.perf_counter() + inspector.recording.began
records = inspector.recording.records
times = lambda kind: [one.time for one in records if type(one).__name__ == kind]
moved = times("Handling")
span = moved[-1] - moved[0]
print(json.dumps({
    "paused at": epoch + times("Mode")[-1],
    "records": len(records),
    "last": inspector.recording.last,
    "made": len(moved),
    "queued": len(inspector.queue),
    "records a second": round(len(records) / span),
    "messages a second": round(len(moved) / span),
}))
"""
PAUSE = """() => new Promise(done => {
    const part = name => document.querySelector(`[data-testid="${name}"]`);
    const begun = performance.now();
    part('pause').click();
    const clicked = Date.now() / 1000;
    let answered = null;
    const look = () => {
        const word = part('state-word').textContent;
        const after = Math.round(performance.now() - begun);
        if (word !== 'running') answered ??= after;
        if (word === 'paused') done([clicked, answered, after]);
        else requestAnimationFrame(look);
    };
    look();
})"""
MADE = """least => {
    const words = document.querySelector('[data-testid="progress"]').textContent;
    return Number(/([\\d,]+) made/.exec(words)?.[1].replaceAll(',', '')) >= least;
}"""
PATIENCE = 5_000
"""Milliseconds in which a pause must have come about, however busy the machine is."""


def test_no_message_is_lost_while_thousands_flow_and_pause_is_heard(open_notebook, artifacts):
    notebook = open_notebook([PROGRAM, TELL])
    page = notebook.page
    notebook.run(0)
    expect(notebook.part("queue-item").first).to_be_visible()
    notebook.part("run").click()
    page.wait_for_function(MADE, arg=40_000)
    expect(notebook.part("progress")).to_contain_text("a second")
    clicked, answered, taken = page.evaluate(PAUSE)
    assert taken < PATIENCE
    notebook.run(1)
    expect(notebook.output(1)).to_contain_text("messages a second")
    told = json.loads(notebook.output(1).inner_text())
    assert told["records"] == told["last"]
    made = f"{told['made']:,} made · {told['queued']:,} queued"
    expect(notebook.part("progress")).to_have_text(made)
    expect(notebook.part("found")).to_have_text(f"{told['made']:,} rows")
    expect(notebook.part("ignored")).to_have_count(0)
    expect(notebook.part("notice")).to_have_count(0)
    notebook.part("step").click()
    expect(notebook.part("found")).to_have_text(f"{told['made'] + 1:,} rows")
    told["ms until the kernel paused"] = round(1000 * (told["paused at"] - clicked))
    told["ms until the button answered"] = answered
    told["ms until the page said so"] = taken
    (artifacts / "flood.json").write_text(json.dumps(told, indent=2))
    notebook.shot(artifacts / "flood.png")
