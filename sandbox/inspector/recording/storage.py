"""Recordings in files: one JSON line per record, after a header line.

Each line is a CloudEvent, but for the attributes `specversion` and `source`, which are the same
for all and stand in the first line only; `time` is for people and other tools, `elapsed`, in
seconds since the recording began, is exact. `sandbox.inspector.recording.schema` has the JSON
schema.
"""

from __future__ import annotations

import json
import os
import platform
import threading
import uuid
import weakref
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from sandbox.inspector.recording.forms import GREATEST, KINDS, read_record
from sandbox.inspector.recording.lines import PREFIX, Lines, encode
from sandbox.inspector.recording.records import Queued
from sandbox.inspector.recording.rows import record_of
from sandbox.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from sandbox.inspector.recording.records import Record
    from sandbox.inspector.recording.rows import Row

FORMAT: Final = 1
"""The version of the format; one is added when older versions could misread what is written."""

HEADER_TYPE: Final = "sandbox.recording"
# Snapshots are bounded, so no line of a recording comes near this.
LONGEST_LINE: Final = 16 * 1024 * 1024
TOLD: Final = 20
EON: Final = 1e12
"""More seconds than any recording lasts."""


@dataclass
class Report:
    """What is not in a recording, and why; false if there is nothing to tell.

    Attributes:
        notes: what is so, each in a sentence.
        left_out: which lines could not be read, and why; the first 20.
        count: how many lines could not be read.

    Example:
        >>> report = Report()
        >>> report.leave_out(7, "it is no JSON")
        >>> print(report)
        1 line was left out: line 7, it is no JSON.
    """

    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    count: int = 0

    def leave_out(self, line: int, reason: str) -> None:
        """Tell that a line could not be read."""
        self.count += 1
        if self.count <= TOLD:
            self.left_out.append(f"line {line}, {reason}")

    @property
    def headline(self) -> str:
        """The report in a few words."""
        return f"{self.count} lines left out" if self.count else "see report"

    def __bool__(self) -> bool:
        return bool(self.notes or self.count)

    def __str__(self) -> str:
        sentences = list(self.notes)
        if self.count:
            lines = "1 line was" if self.count == 1 else f"{self.count} lines were"
            more = self.count - len(self.left_out)
            others = f"; and {more} more" if more else ""
            sentences.append(f"{lines} left out: {'; '.join(self.left_out)}{others}.")
        return " ".join(sentences) or "Nothing was left out."


@dataclass(frozen=True)
class Header:
    """What the first line says of a recording.

    Attributes:
        id: an id that no other recording has.
        began: when it began.
        python: the version of Python that ran.
        package: the version of this package.
        format: the version of the format.
        let_go: how many records were let go before it was saved.
    """

    id: str
    began: datetime
    python: str
    package: str
    format: int = FORMAT
    let_go: int = 0

    @classmethod
    def now(cls) -> Header:
        """The header of a recording that begins now."""
        python = f"{platform.python_implementation()} {platform.python_version()}"
        return cls(str(uuid.uuid4()), datetime.now(UTC), python, __version__)

    def after(self, let_go: int) -> Header:
        """The same for a recording whose first records were let go."""
        return replace(self, let_go=self.let_go + let_go)

    def line(self) -> bytes:
        """The first line."""
        data = {"format": self.format, "python": self.python, "package": self.package}
        return _line(
            {
                "specversion": "1.0",
                "id": "0",
                "source": f"urn:uuid:{self.id}",
                "type": HEADER_TYPE,
                "time": self.began.isoformat(),
                "data": {**data, "let_go": self.let_go},
            }
        )


class RecordingFile:
    """A file to which records are written as they come.

    Each line is handed to the operating system at once and whole, so that it is there even if
    the process is killed right after. If writing fails, say on a full disk, the report says so
    and the run goes on.
    """

    def __init__(self, path: Path, header: Header, report: Report) -> None:
        self.path = path
        self._lines = Lines(header.began)
        self._report = report
        self._written = 0
        # What was printed may come from several threads at once.
        self._lock = threading.Lock()
        file = os.open(
            path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666
        )
        self._file: int | None = file
        # There is nothing to flush, so a recording that nobody closed may just go.
        self._close = weakref.finalize(self, os.close, file)
        self._write(header.line())

    def catch_up(self, rows: Sequence[Row], let_go: int) -> None:
        """Write the records that are not written yet; the first of these has number let_go + 1."""
        with self._lock:
            while self._file is not None and self._written < let_go + len(rows):
                record = record_of(rows[self._written - let_go])
                self._written += 1
                self._write(self._lines.line(self._written, record))

    def is_written(self, path: Path) -> bool:
        """Whether this is the file that is still written to."""
        return self._file is not None and path.resolve() == self.path.resolve()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file = None
            self._close()

    def _write(self, line: bytes) -> None:
        assert self._file is not None  # both callers see to that
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            self._report.notes.append(
                f"From record {self._written} on, nothing could be written to {self.path}: {error}."
            )
            self._file = None
            self._close()


def write(path: Path, header: Header, records: Iterable[Record]) -> None:
    """Write a file, in place of what is there; while that is done, the old one stays."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("wb") as file:
            file.write(header.line())
            lines = Lines(header.began)
            file.writelines(lines.line(seq, each) for seq, each in enumerate(records, 1))
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def read(path: Path) -> tuple[Header, list[Record], Report]:
    """Read a file, as far as that is possible.

    Returns:
        The header, the records, and what was left out.
    """
    report = Report()
    reader = _Reader(report)
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), 1):
            try:
                if not line.endswith(b"\n"):
                    raise ValueError(_unfinished(line))
                reader.take(number, line)
            except (ValueError, RecursionError) as error:
                report.leave_out(number, str(error))
    return reader.finish(), reader.records, report


class _Reader:
    """Takes in the lines of a file, one after another."""

    def __init__(self, report: Report) -> None:
        self.records: list[Record] = []
        self._report = report
        self._header: Header | None = None
        self._numbers: set[int] = set()

    def take(self, number: int, line: bytes) -> None:
        event = _parsed(line)
        if event.get("type") == HEADER_TYPE and number == 1:
            self._header = _read_header(event, self._report)
            return
        type_name = event.get("type")
        if type(type_name) is not str or not type_name.startswith(PREFIX):
            raise ValueError("it is no line of a recording")
        kind = KINDS.get(type_name.removeprefix(PREFIX))
        if kind is None:
            raise ValueError(f"this version knows no record of type {type_name[:80]!r}")
        elapsed, data = event.get("elapsed"), event.get("data")
        if not isinstance(elapsed, int | float) or not 0 <= elapsed < EON:
            raise ValueError("'elapsed' does not hold seconds")
        if not isinstance(data, dict):
            raise ValueError("'data' does not hold an object")
        record = read_record(kind, float(elapsed), data)
        self._check(record)
        self.records.append(record)

    def finish(self) -> Header:
        if self._header is None:
            self._report.notes.insert(0, "The file has no header, so it may be no recording.")
            return Header("00000000-0000-0000-0000-000000000000", EPOCH, "", "")
        return self._header

    def _check(self, record: Record) -> None:
        number = getattr(record, "number", None)
        if isinstance(record, Queued):
            if number in self._numbers:
                raise ValueError(f"delivery {number} was queued before")
            self._numbers.add(record.number)
        elif number is not None and number not in self._numbers:
            raise ValueError(f"delivery {number}, which it is about, is not there")


EPOCH: Final = datetime.fromtimestamp(0, UTC)


def _read_header(event: dict[str, Any], report: Report) -> Header:
    data = event.get("data")
    data = data if type(data) is dict else {}
    version = data.get("format")
    if type(version) is not int:
        report.notes.append("The header does not say which version of the format it is.")
        version = FORMAT
    if version > FORMAT:
        report.notes.append(
            f"A newer version wrote the file (format {version}; this version knows {FORMAT}), so "
            "what is new in it was left out."
        )
    let_go = data.get("let_go")
    if type(let_go) is int and let_go > 0:
        report.notes.append(f"{let_go} records had been let go before it was saved.")
    began = EPOCH
    with suppress(ValueError, TypeError, OverflowError):
        began = datetime.fromisoformat(event.get("time", "")).astimezone(UTC)
    python, package, id = (
        _plain_text(text) for text in (data.get("python"), data.get("package"), event.get("source"))
    )
    let_go = let_go if type(let_go) is int and 0 < let_go <= GREATEST else 0
    return Header(id.removeprefix("urn:uuid:"), began, python, package, let_go=let_go)


def _plain_text(value: Any) -> str:
    return value[:100] if isinstance(value, str) else ""


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise ValueError("it is no text") from None
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if type(event) is not dict:
        raise ValueError("it is no line of a recording")
    return event


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        yield line


def _unfinished(line: bytes) -> str:
    if len(line) >= LONGEST_LINE:
        return "it is too long"
    return "it is cut off, as when a recording ends abruptly"


def _line(event: dict[str, Any]) -> bytes:
    return f"{encode(event)}\n".encode()
