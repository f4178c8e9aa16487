"""The still picture tells what the live view would, and trusts nothing that came from a message."""

import re

from sandbox.notebook.picture import COLUMNS, NEWEST, html_picture, text_picture


def queued(number, **fields):
    record = {
        "kind": "queued",
        "number": number,
        "delivery": "request",
        "message_type": "Ask",
        "message": {"json": None},
        "message_id": f"m{number}",
        "sender": None,
        "recipient": "echo/default",
        "topic": None,
        "is_rpc": True,
        "cause": None,
        "publication": None,
        "request": None,
        "subscriptions": [],
        "cell": None,
    }
    return record | fields


RUN = [
    {"kind": "mode", "mode": "paused"},
    {"kind": "registered", "type": "echo", "class": "Echo", "handles": [], "mailbox": "serial"},
    {"kind": "registered", "type": "gone", "class": "Gone", "handles": [], "mailbox": "serial"},
    {"kind": "unregistered", "type": "gone"},
    {"kind": "subscribed", "subscription": "s1", "label": "news -> echo"},
    {"kind": "subscribed", "subscription": "s2", "label": "olds -> echo"},
    {"kind": "unsubscribed", "subscription": "s2"},
    queued(1, cell="In [5]"),
    {"kind": "handling", "number": 1},
    {"kind": "created", "agent": "echo/default", "class": "Echo", "cause": 1},
    queued(
        2,
        delivery="event",
        message_type="News",
        sender="echo/default",
        topic={"type": "news", "source": "default"},
        is_rpc=False,
    ),
    {"kind": "waiting", "number": 1, "on": 2},
    {"kind": "resumed", "number": 1, "on": 2},
    {"kind": "settled", "number": 1, "verdict": "handled"},
    {"kind": "held", "number": 2},
    {"kind": "something new"},
    {"kind": "settled", "number": 99, "verdict": "handled"},
]


def test_the_text_has_the_state_the_parties_and_a_row_for_each_delivery():
    *lines, head, first, second = text_picture(RUN).splitlines()
    assert lines == [
        "Inspector: paused; deliveries: 1 handled, 1 held",
        "Agent types: echo (Echo)",
        "Agents: echo/default",
        "Subscriptions: news -> echo",
    ]
    assert [re.split(r" {2,}", line) for line in (head, first, second)] == [
        list(COLUMNS),
        ["1", "request", "Ask", "In [5]", "echo/default", "—", "yes", "m1", "handled"],
        ["2", "event", "News", "echo/default", "echo/default", "news/default", "no", "m2", "held"],
    ]


def test_an_empty_recording_is_a_line():
    assert text_picture([]) == "Inspector: running; deliveries: none yet"
    assert html_picture([]).count("<table>") == 0


def test_what_comes_from_messages_is_escaped_in_html():
    nasty = "<script>alert(1)</script>"
    records = [
        {"kind": "registered", "type": nasty, "class": nasty},
        {"kind": "created", "agent": nasty},
        {"kind": "subscribed", "subscription": "s", "label": nasty},
        queued(1, message_type=nasty, message_id=nasty, sender=nasty, recipient=nasty, cell=nasty),
        queued(2, topic={"type": nasty, "source": nasty}),
    ]
    html = html_picture(records)
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 10


def test_a_long_recording_shows_the_newest_and_counts_the_others():
    records = [queued(number) for number in range(1, NEWEST + 4)]
    text = text_picture(records)
    assert "(3 earlier deliveries are not shown)" in text
    assert text.splitlines()[3].split()[0] == "4"
    assert "(3 earlier deliveries are not shown)" in html_picture(records)
    assert html_picture(records).count("<tr>") == 1 + NEWEST
