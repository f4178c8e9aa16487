"""Every command of a page is given to a link with a real runtime behind it."""

import sys
from pathlib import Path

import pytest

from sandbox import Inspector, SingleThreadedAgentRuntime, TypeSubscription

sys.path.insert(0, str(Path(__file__).parent))

from answering_parts import Kitchen, Page, Waiter


@pytest.fixture
async def inspector():
    runtime = SingleThreadedAgentRuntime()
    await Kitchen.register(runtime, "kitchen", Kitchen)
    await Waiter.register(runtime, "waiter", Waiter)
    await runtime.add_subscription(TypeSubscription("orders", "kitchen"))
    runtime.start()
    inspector = Inspector(runtime)
    yield inspector
    inspector.close()
    await runtime.stop()


@pytest.fixture
async def page(inspector):
    page = Page(inspector)
    yield page
    page.link.close()
