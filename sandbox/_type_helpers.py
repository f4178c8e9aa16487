"""Other name of :mod:`sandbox.messaging.type_hints`, for programs written for AutoGen Core."""

from sandbox.messaging.type_hints import AnyType, get_types, is_optional, is_union

__all__ = ["AnyType", "get_types", "is_optional", "is_union"]
