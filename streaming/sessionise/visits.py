"""Requests put together to visits, and which of those can be told already."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from streaming.producer import seal_event
from streaming.sessionise.rules import Step

LONGEST = 86_400
# A server writes a request when it is answered, so lines may be out of order by so many seconds.
LATENESS = 60
VISIT_ID_BYTES = 16

ENDS = WRITTEN, OPEN, CUT, PAGELESS = "written", "not over yet", "perhaps begun before the logs", "without a page"


@dataclass
class Visit:
    """The requests of one visitor so far; `is_whole` says that its beginning is in the logs."""

    first: Step
    is_whole: bool
    last_at: int = 0
    steps: int = 0
    pages: int = 0
    products: set[str] = field(default_factory=set)
    carted: set[str] = field(default_factory=set)

    def add(self, step: Step) -> None:
        """Take a request that is no older than the one before."""
        self.last_at = step.at
        self.steps += 1
        self.pages += step.is_page
        if step.product is not None:
            self.products.add(step.product)
        if step.carted is not None:
            self.carted.add(step.carted)


@dataclass(frozen=True)
class Span:
    """From when to when the logs are, and after how many seconds without a request a visit is over."""

    oldest: int
    newest: int
    pause: int

    def shows_begin(self, at: int) -> bool:
        """Return whether the logs would show a request shortly before this one, had there been one."""
        return at - self.oldest > self.pause + LATENESS

    def is_over(self, at: int) -> bool:
        """Return whether no line will come any more that is of this moment."""
        return self.newest - at > LATENESS


class Visits:
    """Puts requests together.

    A visit is told when the logs show that nothing belongs to it but what it has, before it or after it. So logs that
    were rotated, or have grown, give the same visits again and no half ones.
    """

    def __init__(self, span: Span) -> None:
        """Have counted nothing."""
        self.span = span
        self.counts: Counter[str] = Counter()

    def of(self, steps: Iterable[Step]) -> Iterator[Visit]:
        """Yield the visits of requests that come visitor by visitor, each in the order of time."""
        visit: Visit | None = None
        for step in steps:
            goes_on = (
                visit is not None and step.visitor == visit.first.visitor and step.at - visit.last_at <= self.span.pause
            )
            if visit is None or not goes_on or step.at - visit.first.at > LONGEST:
                if visit is not None:
                    yield from self.end(visit, goes_on)
                visit = Visit(step, visit.is_whole if visit and goes_on else self.span.shows_begin(step.at))
            visit.add(step)
        if visit is not None:
            yield from self.end(visit, goes_on=False)

    def end(self, visit: Visit, goes_on: bool) -> Iterator[Visit]:
        """Yield a visit that can be told, and count it; one that goes on as another has lasted its longest."""
        until = visit.first.at + LONGEST if goes_on else visit.last_at + self.span.pause
        if not visit.is_whole:
            kind = CUT
        elif not self.span.is_over(until):
            kind = OPEN
        else:
            kind = WRITTEN if visit.pages else PAGELESS
        self.counts[kind] += 1
        if kind == WRITTEN:
            yield visit


def event(visit: Visit, source: str, version: int, key: bytes) -> bytes:
    """Return a visit as an event of the contract: its last request is when it happened.

    The visit is known by shop, visitor, and first request; the event by all that it says.
    """
    return seal_event(
        {
            "schema_version": version,
            "source": source,
            "occurred_at": f"{instant(visit.last_at).isoformat(timespec='milliseconds')}Z",
            "customer_id": visit.first.customer_id,
            **facts(visit, source, key),
        }
    )


def facts(visit: Visit, source: str, key: bytes) -> dict[str, Any]:
    """Return what an event says of a visit behind its envelope; the key hides what the id is made of."""
    first = visit.first
    who = f"{source}\n{first.visitor.hex()}\n{first.at}\n{first.target}"
    return {
        "visit_id": hashlib.blake2b(who.encode(), key=key, digest_size=VISIT_ID_BYTES).hexdigest(),
        "channel": first.channel,
        "device": first.device,
        "seconds": visit.last_at - first.at,
        "pages_viewed": visit.pages,
        "products_viewed": len(visit.products),
        "products_in_cart": len(visit.carted),
    }


def instant(at: int) -> datetime:
    """Return seconds since 1970 as a time in UTC that does not say so."""
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
