"""The still picture below a live view: drawn anew when there is something new, at a calm pace."""

import pytest

from sandbox import Inspector, SingleThreadedAgentRuntime, TopicId
from sandbox.notebook import stills
from sandbox.notebook.stills import PAUSE, Stills


class Home:
    """A loop that runs nothing until it is told to."""

    def __init__(self):
        self.later = []

    def is_closed(self):
        return False

    def call_soon_threadsafe(self, callback, *args):
        callback(*args)

    def call_later(self, delay, callback):
        self.later.append((delay, callback))

    def run(self):
        waiting, self.later = self.later, []
        for _, callback in waiting:
            callback()


class Outputs(dict):
    """What the notebook shows, by the id of the output; `changes` counts the replacements."""

    changes = 0

    def __init__(self):
        super().__init__()
        self.sent = []

    def show(self, data, *, raw, display_id):
        assert raw
        self[display_id] = data["text/html"]

    def replace(self, data, *, raw, display_id):
        assert display_id in self
        self.changes += 1
        self.show(data, raw=raw, display_id=display_id)


@pytest.fixture
def outputs(monkeypatch):
    outputs = Outputs()
    monkeypatch.setattr(stills, "display", outputs.show)
    monkeypatch.setattr(stills, "update_display", outputs.replace)
    monkeypatch.setattr(stills, "get_ipython", lambda: None)
    return outputs


async def publish(inspector, count=1):
    for _ in range(count):
        await inspector.runtime.publish_message("x", TopicId("news", "one"))


async def test_the_picture_follows_the_run_at_a_calm_pace(outputs):
    inspector, home = Inspector(SingleThreadedAgentRuntime()), Home()
    still = Stills(inspector, home, outputs.sent.append)
    still.show()
    (name,) = outputs
    assert "0 recorded" in outputs[name]
    assert f'class="{still.name}"' in outputs[name]
    await publish(inspector, 20)
    assert [delay for delay, _ in home.later] == [PAUSE]
    assert outputs.changes == 0
    home.run()
    assert outputs.changes == 1
    assert "20 recorded" in outputs[name]
    assert home.later == []
    await publish(inspector)
    home.run()
    assert "21 recorded" in outputs[name]
    inspector.close()


async def test_a_fast_run_is_drawn_when_it_has_come_to_rest(outputs, monkeypatch):
    monkeypatch.setattr(stills, "MANY", 10)
    inspector, home = Inspector(SingleThreadedAgentRuntime()), Home()
    Stills(inspector, home, outputs.sent.append).show()
    for _ in range(3):
        await publish(inspector, 20)
        home.run()
        assert outputs.changes == 0
        assert [delay for delay, _ in home.later] == [PAUSE]
    home.run()
    assert outputs.changes == 1
    assert "60 recorded" in next(iter(outputs.values()))
    inspector.close()


async def test_nothing_is_drawn_before_a_view_is_shown_or_where_nothing_is_new(outputs):
    inspector, home = Inspector(SingleThreadedAgentRuntime()), Home()
    still = Stills(inspector, home, outputs.sent.append)
    await publish(inspector)
    assert (outputs, home.later) == ({}, [])
    still.show()
    still._cell_ended(None)
    assert outputs.changes == 0
    inspector.close()


async def test_every_output_that_shows_the_view_has_the_newest_picture(outputs):
    inspector, home = Inspector(SingleThreadedAgentRuntime()), Home()
    still = Stills(inspector, home, outputs.sent.append)
    still.show()
    still.show()
    await publish(inspector)
    still._cell_ended(None)
    assert ["1 recorded" in html for html in outputs.values()] == [True, True]
    await publish(inspector)
    still.close()
    assert ["2 recorded" in html for html in outputs.values()] == [True, True]
    await publish(inspector)
    home.run()
    assert ["2 recorded" in html for html in outputs.values()] == [True, True]
    inspector.close()


async def test_a_page_gets_each_new_picture_and_the_newest_when_it_is_opened(outputs):
    inspector, home = Inspector(SingleThreadedAgentRuntime()), Home()
    still = Stills(inspector, home, outputs.sent.append)
    still.page_opened()
    assert outputs.sent == []
    still.show()
    await publish(inspector)
    home.run()
    still.page_opened()
    assert [message["type"] for message in outputs.sent] == ["still", "still"]
    assert [*outputs.values()] * 2 == [message["data"]["text/html"] for message in outputs.sent]
    assert "1 recorded" in outputs.sent[0]["data"]["text/html"]
    inspector.close()
