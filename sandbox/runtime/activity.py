"""Waiting for something to happen in a runtime."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from sandbox.runtime.instruments import Instrument

if TYPE_CHECKING:
    from sandbox.runtime.delivery import Delivery
    from sandbox.runtime.instruments import Instruments


class Activity(Instrument):
    """Wakes whoever waits whenever a delivery enters the queue, leaves it, or ends.

    A context manager: it observes the runtime inside the block only.
    """

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._happened = asyncio.Event()

    def __enter__(self) -> Self:
        self._instruments.add(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._instruments.remove(self)

    async def wait(self, timeout: float | None = None) -> None:
        """Return when something happens from now on, or after `timeout` seconds."""
        self._happened.clear()
        try:
            async with asyncio.timeout(timeout):
                await self._happened.wait()
        except TimeoutError:
            return

    def delivery_queued(self, delivery: Delivery) -> None:
        """Wake."""
        self._happened.set()

    def delivery_released(self, delivery: Delivery) -> None:
        """Wake."""
        self._happened.set()

    def delivery_handling(self, delivery: Delivery) -> None:
        """Wake."""
        self._happened.set()

    def delivery_settled(self, delivery: Delivery) -> None:
        """Wake."""
        self._happened.set()
