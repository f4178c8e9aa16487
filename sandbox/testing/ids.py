"""Ids that are the same in every run."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sandbox.messaging import type_subscription

_RANDOM = type_subscription.new_subscription_id


@contextmanager
def counted_ids() -> Iterator[None]:
    """Within it, subscriptions made without an id get `s1`, `s2`, … instead of random ones.

    Message ids need no such help: they are `m1`, `m2`, … within a runtime. One within another
    goes on counting.

    Returns:
        A context manager.

    Example:
        >>> from sandbox import TypeSubscription
        >>> with counted_ids():
        ...     TypeSubscription("orders", "clerk")
        TypeSubscription(topic_type='orders', agent_type='clerk', id='s1')
    """
    if type_subscription.new_subscription_id is not _RANDOM:
        yield
        return
    numbers = count(1)
    type_subscription.new_subscription_id = lambda: f"s{next(numbers)}"
    try:
        yield
    finally:
        type_subscription.new_subscription_id = _RANDOM
