"""The ids of customers and orders, read by one rule wherever they stand, so that one customer is one in every file."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from unicodedata import normalize

from common.contracts.privacy import Privacy
from common.settings import Settings
from streaming.reading.cells import UnreadableError, shown
from streaming.reading.dialect import Dialect

# Whitespace that `strip` knows, and signs that nobody sees.
INVISIBLE = re.compile(r"^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$")
INTEGER = re.compile(r"0*([0-9]{1,18})(?:\.0*)?")
# As table programs write large numbers; without the plus it may be a code.
SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+")
# How table programs and reports name a row with the sums of the others.
SUMS = frozenset(
    f"{word}{colon}"
    for word in ("total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme", "totaux")
    for colon in ("", ":")
)
# What a table program is told to take as a text: ="0101".
FORMULA = re.compile(r'="([^"]*)"')
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
WITHIN_LINE = re.compile(r"""[^@\s,;|"'<>]+@[^@\s,;|"'<>]+\.[^@\s,;|"'<>.]+""")
# As programs of mail write it: Ann Lee <ann@shop.test>, mailto:ann@shop.test.
WRITTEN_ADDRESS = re.compile(r"(?:[^<>]*<|mailto:)([^<>@\s]+@[^<>@\s]+)>?", re.IGNORECASE)
Hash = Callable[[str], str]


def e_mail_hash(settings: Settings) -> Hash:
    """Return the platform's keyed hash of texts; its secret is read where the first one is hashed."""
    key = cache(lambda: Privacy.of(settings))
    return lambda text: key().hash_of(text)


def stand_in(text: str) -> str:
    """Return what shows an address where nothing is sent: not itself, and not its hash, which needs a platform."""
    return f"<hash of an e-mail address, {hashlib.sha256(text.encode()).hexdigest()[:8]}>"


class Ids:
    """Reads ids.

    Args:
        dialect: which values mean that there is none, and whether a customer's number is meant, not its text.
        hash_text: of an e-mail address, in small letters, which stands for the customer in the lake.
    """

    def __init__(self, dialect: Dialect, hash_text: Hash) -> None:
        """Take how the file writes ids."""
        self.empty = frozenset(("", *dialect.empty_values))
        self.are_integers = dialect.integer_customers
        self.hash_text = hash_text

    def read(self, text: str, name: str) -> str | None:
        """Return an id, None where the cell says that there is none.

        Raises:
            UnreadableError: it is a number that has lost digits, or names a row of sums.
        """
        text = text.strip()
        if not text.isascii():
            text = normalize("NFC", INVISIBLE.sub("", text))
        if text in self.empty:
            return None
        # Most ids have no such sign.
        if "+" not in text and "@" not in text and text[0] != "=" and text.casefold() not in SUMS:
            return text
        if match := FORMULA.fullmatch(text):
            return self.read(match[1], name)
        if text.casefold() in SUMS:
            raise UnreadableError(f"{name} {shown(text)} names a row of sums; take it out of the file")
        if SCIENTIFIC.fullmatch(text):
            raise UnreadableError(f"{name} {shown(text)} is in scientific notation, which has lost digits")
        if match := WRITTEN_ADDRESS.fullmatch(text):
            text = match[1]
        # What holds an address besides other things is nobody's to read either.
        return self.hash_text(text.casefold()) if E_MAIL.search(text) else text

    def customer(self, text: str) -> str | None:
        """Return a customer's id, None for a guest.

        Raises:
            UnreadableError: it is a number that has lost digits, or none where the mapping says that ids are.
        """
        found = self.read(text, "customer_id")
        if found is None or not self.are_integers:
            return found
        match = INTEGER.fullmatch(found)
        if not match:
            raise UnreadableError(f"customer_id {shown(text.strip())} is not a whole number")
        return match[1]

    def without_addresses(self, line: str) -> str:
        """Return a line of a file with the hash in place of each e-mail address in it."""
        return WITHIN_LINE.sub(lambda match: self.hash_text(match[0].casefold()), line) if "@" in line else line

    def public(self, text: str) -> str:
        """Return a text that may stand in the lake, without the addresses in it."""
        return self.without_addresses(self.known(text))

    def known(self, text: str) -> str:
        """Return a text, nothing where it is one that says that there is none."""
        text = text.strip()
        if text.startswith("=") and (match := FORMULA.fullmatch(text)):
            text = match[1].strip()
        return "" if text in self.empty else text
