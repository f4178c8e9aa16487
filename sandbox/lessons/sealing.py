"""Sealing: answers that cannot be read at a glance in a notebook that is handed out.

This keeps an answer from the eye, not from somebody who sets out to find it: whoever has the
notebook has all it takes.
"""

import base64
import hashlib
import secrets
from typing import Any, Final

SALT_BYTES: Final = 4
DIGEST_LETTERS: Final = 16


def plain(answer: Any) -> str:
    """An answer as it is compared: as text, without regard to case, quotes and spaces.

    Example:
        >>> plain(" 'Soup'  is ready"), plain(3), plain(True)
        ('soup is ready', '3', 'true')
    """
    return " ".join(str(answer).replace("'", "").replace('"', "").split()).casefold()


def seal(answer: Any, salt: str | None = None) -> str:
    """A salted digest of an answer, to be written into a notebook in its place.

    Args:
        answer: one of the options of the question.
        salt: by default a new one.

    Returns:
        `salt$digest`.

    Example:
        >>> seal("twice", salt="3f2a")
        '3f2a$9dd337c1c2c00a41'
    """
    salt = secrets.token_hex(SALT_BYTES) if salt is None else salt
    digest = hashlib.sha256(f"{salt}:{plain(answer)}".encode()).hexdigest()
    return f"{salt}${digest[:DIGEST_LETTERS]}"


def fits(answer: Any, sealed: str) -> bool:
    """Whether this answer is the one that was sealed.

    Example:
        >>> fits("Twice", seal("twice")), fits("once", seal("twice"))
        (True, False)
    """
    salt, _, _ = sealed.partition("$")
    return seal(answer, salt) == sealed


def cover(text: str) -> str:
    """Text that is not for reading yet, such as the solution of a challenge.

    Example:
        >>> uncover(cover("Publish in place of sending."))
        'Publish in place of sending.'
    """
    return base64.b64encode(text.encode()).decode()


def uncover(covered: str) -> str:
    """The text that was covered.

    Raises:
        ValueError: this was not made by `cover`.
    """
    return base64.b64decode(covered, validate=True).decode()
