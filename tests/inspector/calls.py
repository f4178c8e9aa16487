"""Calls from outside that a test goes on beside."""

import asyncio


async def begin_call(runtime, message, recipient, **options):
    """Send a request; it is in the queue when this returns the call, a task."""
    call = asyncio.create_task(runtime.send_message(message, recipient, **options))
    await asyncio.sleep(0)
    return call
