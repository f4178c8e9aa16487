"""Messages that Jupyter can pack: no half characters, which are no UTF-8."""

from collections.abc import Callable
from typing import Any

Send = Callable[[dict[str, Any]], object]
"""Sends one JSON-ready message to the page."""


def whole_text(text: str) -> str:
    r"""The text with each half of a surrogate pair written as an escape.

    Example:
        >>> print(whole_text("a" + chr(0xD800)))
        a\ud800
    """
    return text.encode("utf-8", "backslashreplace").decode()


def whole(data: Any) -> Any:
    """JSON data in which every text is whole."""
    if isinstance(data, str):
        return whole_text(data)
    if isinstance(data, dict):
        return {whole(key): whole(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [whole(item) for item in data]
    return data


def sending_whole(send: Send) -> Send:
    """The same function; what it refuses to encode is sent with whole texts.

    Keys of agents, sources of topics and ids of messages are the user's, and may hold anything.
    """

    def sent(message: dict[str, Any]) -> object:
        try:
            return send(message)
        except UnicodeEncodeError:
            return send(whole(message))

    return sent
