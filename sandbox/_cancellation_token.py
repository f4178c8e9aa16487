"""Other name of :mod:`sandbox.messaging.cancellation`, for programs written for AutoGen Core."""

from sandbox.messaging.cancellation import CancellationToken

__all__ = ["CancellationToken"]
