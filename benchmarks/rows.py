"""What is measured: the rows of the tables."""

from dataclasses import dataclass
from typing import Any

PEERS = ("sandbox", "recorded", "autogen-core", "agentopera", "pykka", "xoscar", "asyncio")

COPY = "not run: its runtime is an earlier one of autogen-core, and these rows take minutes"


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        name: what is done.
        per: what the value is per.
        method: the method of `peers.work.Peer` that does it.
        arguments: what it is called with.
        share: of the repetitions, how many this row gets; the slow rows get fewer.
        without: the peers that are not asked, and why.
        divide: what is measured is for so many of what the value is per.
        fresh: whether it needs a process that has done nothing before.
    """

    name: str
    per: str
    method: str
    arguments: tuple[Any, ...]
    share: float = 1.0
    without: tuple[tuple[str, str], ...] = ()
    divide: int = 1
    fresh: bool = False


TIMES = (
    Row("RPC round trip", "call", "rpc", (1_000,)),
    Row("publish, 1 subscriber", "message", "publish", (1, 1_000)),
    Row("publish, 10 subscribers", "message", "publish", (10, 200)),
    Row("publish, 1,000 subscribers", "delivery", "publish", (1_000, 5), divide=1_000),
    Row("10,000 topic sources", "source", "sources", (10_000,), 0.3),
    Row("conversation, 100 agents", "message", "conversation", (100, 100_000), 0.1),
    Row("routing, 10,000 subscriptions", "message", "routing", (10_000, 1_000), 0.1,
        (("agentopera", COPY),)),
    Row("register 1,000 types", "all", "register", (1_000,), 0.5),
    Row("register 10,000 types", "all", "register", (10_000,), 0.1, (("agentopera", COPY),)),
)  # fmt: skip

BYTES = (
    Row("an agent", "agent", "agent_memory", (10_000,), 0.1, fresh=True),
    Row("a queued delivery", "delivery", "queued_memory", (50_000,), 0.1, fresh=True),
    Row("a recorded delivery", "delivery", "recorded_memory", (5_000, False), 0.1, fresh=True),
    Row("the same, looked at", "delivery", "recorded_memory", (5_000, True), 0.1, fresh=True),
)

IMPORTS = {
    "sandbox": "sandbox",
    "autogen-core": "autogen_core",
    "agentopera": "agentopera.core",
    "pykka": "pykka",
    "xoscar": "xoscar",
}


@dataclass(frozen=True)
class Growth:
    """One cost at three sizes, each ten times the one before.

    Attributes:
        name: what is done.
        per: what the value is per.
        peer: who does it, the `sandbox` or the sandbox `recorded`.
        method: the method that does it.
        sizes: the sizes.
        arguments: what it is called with; `None` stands for the size.
        total: whether the method returns the time of all, and not of one.
    """

    name: str
    per: str
    peer: str
    method: str
    sizes: tuple[int, int, int]
    arguments: tuple[Any, ...] = (None,)
    total: bool = False


GROWTH = (
    Growth("calls in a row", "call", "sandbox", "rpc", (1_000, 10_000, 100_000)),
    Growth("events pending at once", "event", "sandbox", "publish", (1_000, 10_000, 100_000),
           (1, None)),
    Growth("subscribers of a topic", "delivery", "sandbox", "publish", (100, 1_000, 10_000),
           (None, 10), total=True),
    Growth("sources of a topic", "source", "sandbox", "sources", (1_000, 10_000, 100_000)),
    Growth("types registered", "type", "sandbox", "register", (1_000, 10_000, 100_000),
           total=True),
    Growth("subscriptions routed by", "message", "sandbox", "routing", (1_000, 10_000, 100_000),
           (None, 1_000, 0)),
    Growth("messages of a conversation", "message", "sandbox", "conversation",
           (1_000, 10_000, 100_000), (100, None)),
    Growth("agents of a conversation", "message", "sandbox", "conversation", (10, 100, 1_000),
           (None, 10_000)),
    Growth("deliveries recorded", "delivery", "recorded", "publish", (1_000, 10_000, 100_000),
           (1, None)),
    *(
        Growth(f"pending, policy {name}", "delivery", "recorded", "under_policy",
               (300, 3_000, 30_000), (name, None))
        for name in ("lifo", "random(7)", "pairs(7)")
    ),
)  # fmt: skip
