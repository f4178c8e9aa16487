"""The lines of which a file consists: one CloudEvent in JSON per record.

Nearly all records of a run are of three kinds, and a run that is written to a file as it goes
waits for each line. So these three are put together by hand; all others, and whoever wants to see
how a line comes about, go by `line_of`. Both give the same lines.
"""

from __future__ import annotations

import json
from datetime import timedelta
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any, Final

from sandbox.inspector.recording.records import (
    SNAPSHOTS,
    Handling,
    Queued,
    Record,
    Settled,
    as_data_but_snapshots,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

PREFIX: Final = "sandbox."
MICROSECONDS: Final = 1_000_000

encode = json.JSONEncoder(separators=(",", ":")).encode


def line_of(began: datetime, seq: int, record: Record) -> bytes:
    """The line of a record.

    Args:
        began: when the recording began.
        seq: the number of the record.
        record: the record.
    """
    kind = type(record)
    data = as_data_but_snapshots(seq, record)
    # Snapshots are JSON already.
    texts = {name: data.pop(name) for name in SNAPSHOTS[kind] if data[name] is not None}
    name = data.pop("kind")
    del data["seq"], data["time"]
    envelope: dict[str, Any] = {"id": str(seq), "type": PREFIX + name}
    if "number" in data:
        envelope["subject"] = f"delivery/{data['number']}"
    elif "agent" in data:
        envelope["subject"] = f"agent/{data['agent']}"
    envelope["time"] = (began + timedelta(microseconds=_microseconds(record.time))).isoformat()
    envelope["elapsed"] = record.time
    fields = [encode(data)[1:-1], *(f'"{name}":{text}' for name, text in texts.items())]
    body = ",".join(part for part in fields if part)
    return f'{encode(envelope)[:-1]},"data":{{{body}}}}}\n'.encode()


class Lines:
    """Makes the lines of one recording, the frequent ones quickly.

    Args:
        began: when the recording began.

    Example:
        >>> from datetime import UTC, datetime
        >>> lines = Lines(datetime(2026, 1, 1, tzinfo=UTC))
        >>> print(lines.line(7, Handling(0.5, 3)).decode(), end="")
        {"id":"7","type":"sandbox.handling","subject":"delivery/3",\
"time":"2026-01-01T00:00:00.500000+00:00","elapsed":0.5,"data":{"number":3}}
    """

    def __init__(self, began: datetime) -> None:
        self._began = began
        # The moment as a text changes in its last places only, for a second.
        self._second: tuple[int, str, str] = (-1, "", "")

    def line(self, seq: int, record: Record) -> bytes:
        """The line of a record; the same as `line_of` gives."""
        frequent = _FREQUENT.get(type(record))
        if frequent is None:
            return line_of(self._began, seq, record)
        name, body = frequent
        number = record[1]
        return (
            f'{{"id":"{seq}","type":"{PREFIX}{name}","subject":"delivery/{number}",'
            f'"time":"{self._moment(record.time)}","elapsed":{record.time!r},'
            f'"data":{{"number":{number}{body(record)}}}}}\n'
        ).encode()

    def _moment(self, elapsed: float) -> str:
        second, rest = divmod(self._began.microsecond + _microseconds(elapsed), MICROSECONDS)
        if second != self._second[0]:
            whole = (self._began.replace(microsecond=0) + timedelta(seconds=second)).isoformat()
            self._second = (second, whole[:19], whole[19:])
        _, day_and_time, zone = self._second
        return f"{day_and_time}.{rest:06d}{zone}" if rest else f"{day_and_time}{zone}"


def _microseconds(seconds: float) -> int:
    return round(seconds * MICROSECONDS)


def _queued(record: Queued) -> str:
    topic = "null"
    if record.topic_type:
        topic = f'{{"type":{quoted(record.topic_type)},"source":{_text(record.topic_source)}}}'
    elif record.topic_type is not None:
        topic = quoted(record.topic_type)
    publication = "null" if record.publication is None else f'"p{record.publication}"'
    return (
        f',"delivery":"{record.delivery}","message_type":{quoted(record.message_type)},'
        f'"message_id":{quoted(record.message_id)},"sender":{_text(record.sender)},'
        f'"recipient":{_text(record.recipient)},"is_rpc":{"true" if record.is_rpc else "false"},'
        f'"cause":{_number(record.cause)},'
        f'"publication":{publication},'
        f'"request":{_number(record.request)},'
        f'"subscriptions":[{",".join(map(quoted, record.subscriptions))}],'
        f'"cell":{_text(record.cell)},"copy_of":{_number(record.copy_of)},"topic":{topic},'
        f'"message":{record.message}'
    )


def _handling(_record: Handling) -> str:
    return ""


def _settled(record: Settled) -> str:
    first, last = ("", f',"result":{record.result}')
    if record.result is None:
        first, last = ',"result":null', ""
    error = "null" if record.error is None else encode(record.error._asdict())
    reason = _text(record.reason)
    return f',"verdict":"{record.verdict}"{first},"error":{error},"reason":{reason}{last}'


def _text(text: str | None) -> str:
    return "null" if text is None else quoted(text)


def _number(number: int | None) -> str:
    return "null" if number is None else str(number)


_FREQUENT: Final[dict[type, tuple[str, Callable[[Any], str]]]] = {
    Queued: ("queued", _queued),
    Handling: ("handling", _handling),
    Settled: ("settled", _settled),
}
