"""The shop's life as a stream of messages, in the order in which they arrive.

Time goes forward by slices of whole days over the state of all customers, so that events come as they would have come
from a real shop, all customers mixed, late ones among later ones, and memory holds one slice and what is due later: it
grows with the number of customers, not with the history. Sending customer by customer would be simpler and need less,
but nothing that looks at arrivals (lag, windows, a live display) would then see a shop.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter

import numpy as np

from streaming.producer import Message
from streaming.simulate.anomalies import Anomalies
from streaming.simulate.behaviour import World
from streaming.simulate.calendar import DAY_MS, Ints
from streaming.simulate.draft import Draft, heads, value
from streaming.simulate.faults import Faults, Shares
from streaming.simulate.people import GAMMA_POISSON, People, people
from streaming.simulate.render import Renderer
from streaming.simulate.truth import Truth

# What a slice holds at most, roughly: customer-days; and the share of the history in which customers join.
CUSTOMER_DAYS, MOST_DAYS = 60_000, 28
JOINING = 0.6
WEEKS_REMEMBERED = 8


@dataclass(frozen=True)
class Options:
    """What the history is made of; the same options make the same bytes."""

    customers: int
    days: int
    seed: int
    ends_on: date
    mode: str = GAMMA_POISSON
    anomalies: float = 0.0015
    shares: Shares = field(default_factory=Shares)

    @property
    def first_day(self) -> date:
        """Return the day whose midnight time is counted from."""
        return self.ends_on - timedelta(days=self.days)

    @property
    def slice_days(self) -> int:
        """Return how many days a slice has."""
        return max(1, min(MOST_DAYS, CUSTOMER_DAYS // self.customers))


class Shop:
    """One shop; `day` is how far its time has gone, in days since its first midnight."""

    def __init__(self, options: Options, truth: Truth, versions: Mapping[str, int]) -> None:
        """Take the options, where the truth is noted, and the versions of the contracts by topic."""
        self.options = options
        self.truth = truth
        self.heads = heads(versions)
        chances = [np.random.default_rng(seed) for seed in np.random.SeedSequence(options.seed).spawn(5)]
        self.newcomers = chances[0]
        self.render = Renderer(options.seed, options.first_day, chances[2])
        self.calendar = self.render.calendar
        self.anomalies = Anomalies(self.render, options.seed, options.anomalies, chances[3])
        self.faults = Faults(options.seed, options.shares, chances[4])
        self.world = World(self.join(1, 0.0, self.calendar.pace(options.days) * JOINING), options.mode, chances[1])
        self.day = 0
        self.pending: list[Draft] = []

    def join(self, first: int, begin: float, end: float) -> People:
        """Return customers, numbered from `first`, who join between two moments in pace."""
        return people(self.options.customers, first, self.options.mode, (begin, end), self.newcomers)

    def slice(self) -> list[Draft]:
        """Let a slice of time go by, up to the history's end or beyond it, and return what arrives in it, in order."""
        begin, days = self.day, self.options.days
        self.day = begin + min(self.options.slice_days, days - begin % days)
        begin_at, end_at = self.calendar.pace(begin), self.calendar.pace(self.day)
        drafts = list(self.render.visits(self.world.visits(begin_at, end_at)))
        for bought in self.world.purchases(end_at):
            drafts += self.render.purchases(bought)
            drafts += self.anomalies.beside(bought)
        self.faults.befall(drafts)
        return self.arrivals(drafts, self.day * DAY_MS)

    def arrivals(self, drafts: list[Draft], before: int) -> list[Draft]:
        """Return what arrives before an instant, in order; what comes later is kept."""
        waiting = [*self.pending, *drafts]
        self.pending = [draft for draft in waiting if draft.arrives >= before]
        return sorted((draft for draft in waiting if draft.arrives < before), key=attrgetter("arrives"))

    def history(self) -> Iterator[Message]:
        """Yield the messages of all that happened before the history's end; what arrives after it comes last."""
        end = self.options.days * DAY_MS
        while self.day < self.options.days:
            yield from self.messages(self.slice())
        late = sorted((draft for draft in self.pending if draft.at < end), key=attrgetter("arrives"))
        yield from self.messages(late)
        self.note_customers()

    def messages(self, drafts: list[Draft], instants: Ints | None = None) -> Iterator[Message]:
        """Yield the messages of events, at their own times or at given ones (milliseconds since 1970)."""
        if instants is None:
            midnight = datetime.combine(self.options.first_day, datetime.min.time(), UTC)
            instants = np.array([draft.at for draft in drafts], np.int64) + int(midnight.timestamp() * 1000)
        moments = np.datetime_as_string(instants.astype("datetime64[ms]")).tolist()
        for draft, moment in zip(drafts, moments, strict=True):
            body = value(draft, self.heads[draft.topic], moment)
            if draft.mark:
                self.truth.mark(draft, body)
            yield Message(draft.topic, draft.key, body)

    def renew(self) -> None:
        """Let as many customers join in the next period as there were, and forget who left long ago."""
        now, known = self.calendar.pace(self.day), self.world.people
        gone = known.silent_at < now - 7 * WEEKS_REMEMBERED
        self.note_customers(known.rows(gone))
        first = int(known.number[-1]) + 1
        newcomers = self.join(first, now, self.calendar.pace(self.day + self.options.days))
        self.world.people = known.rows(~gone).with_more(newcomers)

    def note_customers(self, some: People | None = None) -> None:
        """Note the truth about customers, all that are known where none are named."""
        chosen = self.world.people if some is None else some
        self.truth.customers(chosen, self.options.mode, self.calendar, self.options.first_day)
