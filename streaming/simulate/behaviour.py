"""What the customers do, as numbers: they join, buy, rate, return, browse, and one day stop without a word.

Mode `gamma-poisson` is the BG/NBD model (Fader, Hardie, Lee 2005, doi:10.1287/mksc.1040.0098): exponential gaps at a
rate that is gamma distributed over customers, and after each repeat purchase an end with a chance that is beta
distributed. Mode `lognormal` breaks its assumptions: lognormal rates, regular gaps (Erlang of three), and an end that
comes in time, not at a purchase. In both, bad experiences raise the chance of the end, so the two are not quite pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from streaming.simulate.calendar import Bools, Floats, Ints
from streaming.simulate.people import GAMMA_POISSON, People

RATED, RETURNED, LATE, MOVED = 0.45, 0.07, 0.15, 0.002
LATE_COST, RETURN_COST = 1.9, 1.2
# How much sooner the annoyed leave: `annoyed` is 0 for the content and seldom above 2.
ANNOYANCE = 0.5
ERLANG = 3
# Visits without a purchase, of those who are about to leave, and of those who left: halved each week.
FADING, AFTERWARDS, WEEK = 0.4, 0.3, 7.0


@dataclass(frozen=True)
class Purchases:
    """Orders, one row each; moments are in pace, `stars` is 0 where the customer does not rate."""

    who: Ints
    number: Ints
    nth: Ints
    at: Floats
    level: Ints
    city: Ints
    group: Ints
    basket: Floats
    returned_at: Floats
    stars: Ints
    rated_at: Floats
    moved: Bools


@dataclass(frozen=True)
class Visits:
    """Visits without a purchase, one row each; `at` is in pace."""

    number: Ints
    at: Floats


class World:
    """The customers and their time, which goes forward slice by slice."""

    def __init__(self, people: People, mode: str, chance: np.random.Generator) -> None:
        """Take the customers and the generator that all they do is drawn from."""
        self.people = people
        self.mode = mode
        self.chance = chance

    def purchases(self, until: float) -> Iterator[Purchases]:
        """Yield the purchases before a moment, in rounds: in each round a customer buys once at most."""
        while (who := np.flatnonzero(self.people.next_at < until)).size:
            yield self.round(who)

    def round(self, who: Ints) -> Purchases:
        """Let some customers buy what they are due to buy, and draw what follows from it."""
        people, chance, count = self.people, self.chance, who.size
        at = people.next_at[who]
        people.orders[who] += 1
        late = chance.random(count) < LATE
        returned = chance.random(count) < RETURNED
        felt = 4.4 + people.patience[who] - LATE_COST * late - RETURN_COST * returned
        stars = np.clip(np.rint(felt + 0.5 * chance.standard_normal(count)), 1, 5).astype(np.int64)
        rated = chance.random(count) < RATED
        people.annoyed[who] = 0.5 * people.annoyed[who] + np.maximum(0, 3 - stars)
        purchases = Purchases(
            who=who,
            number=people.number[who],
            nth=people.orders[who],
            at=at,
            level=people.level[who],
            city=people.city[who],
            group=people.group[who],
            basket=people.basket[who],
            returned_at=np.where(returned, at + chance.uniform(2, 12, count), np.inf),
            stars=stars * rated,
            rated_at=at + chance.uniform(2, 8, count) + 3 * late,
            moved=chance.random(count) < MOVED,
        )
        self.go_on(who, at)
        return purchases

    def go_on(self, who: Ints, at: Floats) -> None:
        """Draw when customers who bought at a moment buy next, or that they never do."""
        people, chance, count = self.people, self.chance, who.size
        if self.mode == GAMMA_POISSON:
            gap = chance.exponential(size=count) / people.rate[who]
            gone = people.fading[who]
            silent_at = at
            chance_of_end = np.minimum(1, people.dropout[who] * (1 + ANNOYANCE * people.annoyed[who]))
            # Drawn a purchase ahead, so that visits can fall before the silence.
            fading = chance.random(count) < chance_of_end
        else:
            gap = chance.gamma(ERLANG, 1 / ERLANG, count) / people.rate[who]
            hazard = people.dropout[who] * (1 + ANNOYANCE * people.annoyed[who])
            left = chance.exponential(size=count) / hazard
            gone = fading = left < gap
            silent_at = at + left
        people.next_at[who] = np.where(gone, np.inf, at + gap)
        people.silent_at[who] = np.where(gone, silent_at, np.inf)
        people.fading[who] = fading | gone

    def visits(self, begin: float, end: float) -> Visits:
        """Return the visits without a purchase of a slice of time."""
        people = self.people
        who = np.flatnonzero((people.joins < begin) & (people.silent_at > begin - 8 * WEEK))
        weeks_gone = np.maximum(0.0, begin - people.silent_at[who]) / WEEK
        interest = np.where(people.fading[who], FADING, 1.0) * np.where(weeks_gone > 0, AFTERWARDS * 0.5**weeks_gone, 1)
        count = self.chance.poisson(people.rate[who] * people.browsing[who] * interest * (end - begin))
        visitors = np.repeat(who, count)
        return Visits(people.number[visitors], self.chance.uniform(begin, end, visitors.size))
