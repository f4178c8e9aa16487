"""A page that talks while cells run: every cell is heard of to its end, in its own place."""

import random
from collections import defaultdict

PROGRAM = """
import asyncio
from sandbox import *

view = Inspector(SingleThreadedAgentRuntime())
view
"""
CELLS = 10
ROUNDS = 20


def test_each_of_many_cells_ends_and_prints_where_it_stands_while_the_page_talks(kernel, open_page):
    shown = kernel.run(PROGRAM)
    page = open_page(shown, shown.views[-1])
    pick = random.Random(1)
    for _ in range(ROUNDS):
        requests = []
        for cell in range(CELLS):
            code = f"await asyncio.sleep({pick.choice([0, 0, 0.001])})\nprint({cell})"
            requests.append(kernel.client.execute(code))
            for _ in range(pick.randrange(3)):
                page.send({"type": "ack", "seq": 0})
        told = heard(kernel, last=kernel.client.execute(""))
        for cell, request in enumerate(requests):
            assert told[request] == ["busy", f"{cell}\n", "idle"]


def heard(kernel, last):
    """What was said of each request, until `last` is done."""
    told = defaultdict(list)
    while "idle" not in told[last]:
        message = kernel.next_message()
        said = told[message["parent_header"].get("msg_id")]
        match message["msg_type"], message["content"]:
            case "status", {"execution_state": state}:
                said.append(state)
            case "stream", {"text": text} if said[-1:] == ["busy"]:
                said.append(text)
            case "stream", {"text": text}:  # what is printed in two pieces may come in two
                said[-1] += text
    return told
