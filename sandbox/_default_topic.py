"""Other name of :mod:`sandbox.messaging.topic`, for programs written for AutoGen Core."""

from sandbox.messaging.topic import DefaultTopicId

__all__ = ["DefaultTopicId"]
