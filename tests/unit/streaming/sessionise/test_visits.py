"""Requests that are put together, and what the logs must show before a visit is told."""

import json
from collections.abc import Iterable
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from streaming.sessionise.rules import Step
from streaming.sessionise.visits import CUT, LATENESS, LONGEST, OPEN, PAGELESS, WRITTEN, Span, Visits, event

PAUSE = 1_800
BEGIN = 1_000_000
WIDE = Span(BEGIN - 10 * LONGEST, BEGIN + 10 * LONGEST, PAUSE)
KEY = b"k" * 32


def step(at: int, visitor: bytes = b"v", target: str = "/", **more: Any) -> Step:
    """Return a page, `at` seconds behind the beginning."""
    return Step(visitor, BEGIN + at, target, "search", "desktop", None, True, None, None)._replace(**more)


def lengths(steps: Iterable[Step], span: Span = WIDE) -> list[tuple[int, int]]:
    """Return when each visit that is told begins, and its seconds."""
    return [(visit.first.at - BEGIN, visit.last_at - visit.first.at) for visit in Visits(span).of(steps)]


def test_a_pause_ends_a_visit_and_so_does_another_visitor() -> None:
    assert lengths([step(0), step(PAUSE), step(2 * PAUSE + 1)]) == [(0, PAUSE), (2 * PAUSE + 1, 0)]
    assert lengths([step(0), step(10), step(20, b"w")]) == [(0, 10), (20, 0)]
    assert lengths([]) == []


def test_a_visit_lasts_a_day_at_most() -> None:
    steps = [step(at) for at in range(0, LONGEST + 1_201, 1_200)]
    assert lengths(steps) == [(0, LONGEST), (LONGEST + 1_200, 0)]


def test_a_visit_is_told_when_nothing_more_can_come() -> None:
    over = BEGIN + 60 + PAUSE + LATENESS
    assert lengths([step(0), step(60)], Span(0, over, PAUSE)) == []
    assert lengths([step(0), step(60)], Span(0, over + 1, PAUSE)) == [(0, 60)]


def test_a_visit_is_told_when_nothing_can_have_been_before() -> None:
    oldest = BEGIN - PAUSE - LATENESS
    assert lengths([step(0), step(60)], Span(oldest, WIDE.newest, PAUSE)) == []
    assert lengths([step(0), step(60)], Span(oldest - 1, WIDE.newest, PAUSE)) == [(0, 60)]


def test_what_goes_on_from_a_beginning_nobody_saw_is_not_told_until_a_pause() -> None:
    steps = [step(at) for at in range(0, 2 * LONGEST, 1_200)]
    visits = Visits(Span(BEGIN, WIDE.newest, PAUSE))
    told = [visit.first.at - BEGIN for visit in visits.of([*steps, step(3 * LONGEST)])]
    assert told == [3 * LONGEST]
    assert visits.counts == {CUT: 2, WRITTEN: 1}


def test_every_visit_is_counted_by_what_became_of_it() -> None:
    visits = Visits(Span(BEGIN, BEGIN + 3 * PAUSE, PAUSE))
    steps = [step(0), step(PAUSE + 61, b"w"), step(PAUSE + 61, b"x", is_page=False), step(3 * PAUSE, b"y")]
    assert len(list(visits.of(steps))) == 1
    assert visits.counts == {CUT: 1, WRITTEN: 1, PAGELESS: 1, OPEN: 1}


def test_a_visit_becomes_an_event() -> None:
    steps = [
        step(0, target="/?utm_source=a", channel="advert", is_page=False),
        step(10, target="/product/1", product="1", device="mobile"),
        step(20, target="/product/2", product="2"),
        step(25, target="/product/1", product="1"),
        step(30, target="/cart/add/1", is_page=False, carted="1"),
        step(95),
    ]
    [visit] = Visits(WIDE).of(steps)
    content = json.loads(event(visit, "shop", 1, KEY))
    assert len(content.pop("event_id")) == len(content.pop("visit_id")) == 32
    assert content == {
        "schema_version": 1,
        "source": "shop",
        "occurred_at": "1970-01-12T13:48:15.000Z",
        "customer_id": None,
        "channel": "advert",
        "device": "desktop",
        "seconds": 95,
        "pages_viewed": 4,
        "products_viewed": 2,
        "products_in_cart": 1,
    }


def test_a_visit_is_known_by_shop_visitor_and_first_request() -> None:
    def identity(source: str = "shop", key: bytes = KEY, **changes: Any) -> str:
        [visit] = Visits(WIDE).of([step(0)._replace(**changes), step(60)])
        return str(json.loads(event(visit, source, 1, key))["visit_id"])

    one = identity()
    assert one == identity(channel="other")
    [longer] = Visits(WIDE).of([step(0), step(60), step(70)])
    content = json.loads(event(longer, "shop", 1, KEY))
    assert content["visit_id"] == one, "the same visit, of which more is known"
    assert len({one, identity("other"), identity(key=b"other"), identity(target="/a"), identity(at=BEGIN + 1)}) == 5


# What a server writes: seconds since the line before, seconds that the line is late, visitor.
AHEAD = st.one_of(st.sampled_from((0, 30, PAUSE - 10, PAUSE, PAUSE + 30)), st.integers(0, 1_500))
LOGS = st.lists(st.tuples(AHEAD, st.integers(0, 60), st.sampled_from((b"v", b"w", b"x"))), max_size=60)


def events_of(lines: list[Step]) -> list[bytes]:
    """Return the events of a piece of a log."""
    if not lines:
        return []
    span = Span(min(one.at for one in lines), max(one.at for one in lines), PAUSE)
    return [event(visit, "shop", 1, KEY) for visit in Visits(span).of(sorted(lines))]


QUIET = [(0, 0, b"w"), (PAUSE + 30, 0, b"w"), (PAUSE + 30, 0, b"v")]
AFTERWARDS = [(PAUSE + 30, 0, b"w"), (PAUSE + 30, 0, b"w")]


@given(LOGS, st.integers(0, 60), st.integers(0, 60))
# The visit goes on in a line that comes when the pause seems over, or began in one before the piece's oldest.
@example([*QUIET, (PAUSE + 30, 0, b"x"), (0, 40, b"v"), *AFTERWARDS], 0, 4)
@example([*QUIET, (0, 50, b"w"), (PAUSE - 5, 0, b"v"), *AFTERWARDS], 3, 60)
def test_a_piece_of_a_log_gives_visits_of_the_whole_log_alone(
    drawn: list[tuple[int, int, bytes]], first: int, last: int
) -> None:
    lines, clock = [], 0
    for ahead, late, visitor in drawn:
        clock += ahead
        lines.append(step(clock - late, visitor))
    assert set(events_of(lines[first:last])) <= set(events_of(lines))
