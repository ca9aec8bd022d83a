"""What the words of a status column mean, as far as shops use the same ones."""

import re
from collections.abc import Iterable

from streaming.replay.other_columns import CART, STEP, VIEW

# The first that a word holds; an export of events has baskets and views among its rows, which are no orders.
MEANINGS = (
    ("partly_refunded", re.compile(r"part\w*[ _-]*(refund|return)")),
    ("refunded", re.compile(r"refund|returned|chargeback|erstattet|rembours")),
    ("cancelled", re.compile(r"cancel|void|fail|declin|expired|rejected|storn|annul|unavailable")),
    ("ignored", re.compile(r"view|cart|wishlist|draft|checkout|abandon")),
    ("sale", re.compile(r"paid|complet|deliver|shipp|fulfil|purchas|processing|authori|approved|invoiced|created|"
                        r"pending|on[ _-]?hold|success|closed|open|sale|bezahlt|versandt|geliefert|abgeschlossen|"
                        r"accept|livr|exp[eé]di")),
)  # fmt: skip
IGNORED = "ignored"
# Shops mean different things by these.
DOUBTS = (
    (re.compile(r"pending|on[ _-]?hold|open|created|authori"), "not paid yet: sale, or ignored?"),
    (re.compile(r"closed"), "done, or all paid back (refunded), as in Magento?"),
)


def meaning_of(word: str) -> str | None:
    """Return what a word most likely means; None where nobody knows."""
    text = word.lower()
    return next((meaning for meaning, pattern in MEANINGS if pattern.search(text)), None)


def meaning_in_a_log(word: str) -> str:
    """Return what an event of a log is to the visit that it is a step of."""
    text = word.lower()
    if "view" in text or "visit" in text:
        return VIEW
    return CART if "cart" in text and not re.search("remove|delete|leave", text) else STEP


def doubt_of(word: str, meaning: str | None) -> str:
    """Return what is in doubt about a word's meaning, nothing where it is plain."""
    if meaning is None:
        return "nobody knows this word; is it a sale?"
    return next((doubt for pattern, doubt in DOUBTS if meaning == "sale" and pattern.search(word.lower())), "")


def meanings_of(words: Iterable[str]) -> dict[str, str | None]:
    """Return the meaning of each word, in the order of the words."""
    return {word: meaning_of(word) for word in sorted(words)}
