"""What the runtime says when something goes wrong, and the errors it keeps for later."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sandbox.messaging.constants import ROOT_LOGGER_NAME
from sandbox.messaging.exceptions import CantHandleException, RecipientNotFoundError
from sandbox.runtime.delivery import FAILED, UNHANDLED, Verdict

if TYPE_CHECKING:
    from sandbox.runtime.delivery import Delivery

logger = logging.getLogger(ROOT_LOGGER_NAME)

ON_UNHANDLED = ("log", "raise")


class Reports:
    """Log lines about deliveries, and the exceptions that `stop` and its kin raise.

    Args:
        ignore_unhandled_exceptions: whether the exception of an event handler is only logged,
            or also kept, to be raised by the next `stop`, `stop_when_idle`, `stop_when` or
            `process_next`.
        on_unhandled: `log` a message that no handler takes, or `raise` a
            `CantHandleException`, which reaches the caller of a request.
    """

    def __init__(self, *, ignore_unhandled_exceptions: bool, on_unhandled: str) -> None:
        if on_unhandled not in ON_UNHANDLED:
            msg = f"on_unhandled must be one of {ON_UNHANDLED}, not {on_unhandled!r}."
            raise ValueError(msg)
        self._ignore = ignore_unhandled_exceptions
        self._raise_unhandled = on_unhandled == "raise"
        self._kept: list[BaseException] = []
        self._unhandled_pairs: set[tuple[str, type]] = set()
        self._hinted = False

    def failed(self, delivery: Delivery, error: BaseException, verdict: Verdict) -> None:
        """Log the exception of an event, which no caller will get, and keep it if asked to."""
        if not self._ignore:
            self._kept.append(error)
        if verdict is FAILED or verdict is UNHANDLED:
            logger.error(
                "Error processing publish message: %s", _sentence(delivery), exc_info=error
            )
        elif isinstance(error, RecipientNotFoundError):
            logger.error("Undeliverable: %s. %s", _sentence(delivery), error)
        # A constructor's exception has been logged by the registry, and cancelling is no error.

    def intervention_failed(self, delivery: Delivery, error: BaseException) -> None:
        """Log what an intervention handler raised on a publication; there is no caller."""
        logger.error("Intervention raised, dropped %s", _sentence(delivery), exc_info=error)

    def unhandled(self, delivery: Delivery) -> None:
        """Say, once per agent type and message type, that nobody handles such messages.

        Raises:
            CantHandleException: if the runtime was made with `on_unhandled="raise"`.
        """
        if self._raise_unhandled:
            raise CantHandleException(delivery.unhandled)
        assert delivery.recipient is not None
        pair = (delivery.recipient.type, type(delivery.message))
        if pair not in self._unhandled_pairs:
            self._unhandled_pairs.add(pair)
            logger.warning("Unhandled: %s", delivery.unhandled)

    def nothing_delivers(self, delivery: Delivery, *, paused: bool) -> None:
        """Say, once, that a caller waits for a runtime that does not deliver."""
        if self._hinted or delivery.verdict is not None:
            return
        self._hinted = True
        if paused:
            advice = "the runtime is paused. Step or resume it."
        else:
            advice = "the runtime is not running. Call runtime.start(), or step it."
        logger.warning("Still waiting: %s is queued, but %s", _sentence(delivery), advice)

    def raise_kept(self) -> None:
        """Raise the first kept exception, with a note on each of the others."""
        if not self._kept:
            return
        first, *others = self._kept
        self._kept = []
        for other in others:
            first.add_note(f"Another handler failed as well: {other!r}")
        raise first


def _sentence(delivery: Delivery) -> str:
    return (
        f"{type(delivery.message).__name__} (delivery #{delivery.number}) "
        f"from {delivery.sender or 'outside'} to {delivery.recipient or 'outside'}"
    )
