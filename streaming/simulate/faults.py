"""What any feed suffers: events twice, in conflict, broken, late, out of order, and corrections."""

from dataclasses import astuple, dataclass
from itertools import accumulate
from random import Random
from typing import Any

import numpy as np

from streaming.simulate.calendar import DAY_MS
from streaming.simulate.draft import BREAKAGES, BROKEN, CONFLICTING, Draft, fields, rest_of
from streaming.simulate.render import MINUTE_MS

DUPLICATE, LATE, OUT_OF_ORDER, CORRECTION = "duplicate", "late", "out_of_order", "correction"
FAULTS = (DUPLICATE, CONFLICTING, BROKEN, LATE, OUT_OF_ORDER, CORRECTION)


@dataclass(frozen=True)
class Shares:
    """Which share of the sound events each fault befalls, in the order of `FAULTS`."""

    duplicate: float = 0.004
    conflicting: float = 0.0005
    broken: float = 0.003
    late: float = 0.01
    out_of_order: float = 0.02
    correction: float = 0.003


class Faults:
    """Lets faults befall events, one at most each; those marked already are left alone."""

    def __init__(self, seed: int, shares: Shares, chance: np.random.Generator) -> None:
        """Take the shares."""
        self.bounds = list(accumulate(astuple(shares)))
        self.chance = chance
        self.detail = Random(f"faults/{seed}")

    def befall(self, drafts: list[Draft]) -> None:
        """Change a share of the events in place and append what comes beside them."""
        drawn = self.chance.random(len(drafts))
        for place in np.flatnonzero(drawn < self.bounds[-1]).tolist():
            if drafts[place].mark is None:
                fault = FAULTS[int(np.searchsorted(self.bounds, drawn[place], side="right"))]
                drafts[place], *beside = self.faulty(fault, drafts[place])
                drafts += beside

    def faulty(self, fault: str, sound: Draft) -> tuple[Draft, ...]:
        """Return what becomes of an event, and after it what comes beside it."""
        if fault == DUPLICATE:
            return sound, sound._replace(mark=fault)
        if fault == BROKEN:
            return sound, sound._replace(mark=fault, other=self.detail.choice(BREAKAGES))
        if fault == CONFLICTING:
            return sound, sound._replace(mark=fault, other=alter(sound))
        if fault == CORRECTION:
            at = sound.at + self.detail.randint(60, 2_880) * MINUTE_MS
            return sound, sound._replace(arrives=at, at=at, rest=alter(sound), mark=fault)
        delay = self.detail.randint(1, 30) * MINUTE_MS
        if fault == LATE:
            delay = self.detail.randint(DAY_MS, 10 * DAY_MS)
        return (sound._replace(arrives=sound.arrives + delay, mark=fault),)


def alter(draft: Draft) -> str:
    """Return another content of an event with the same identity."""
    content = fields(draft.rest)
    content |= CHANGES[draft.topic](content)
    return rest_of(content)


def one_piece_more(content: dict[str, Any]) -> dict[str, Any]:
    """Return the lines with one more piece of the first."""
    first, *others = content["lines"]
    return {"lines": [{**first, "quantity": first["quantity"] + 1}, *others]}


CHANGES = {
    "orders": one_piece_more,
    "returns": one_piece_more,
    "ratings": lambda content: {"rating": content["rating"] % 5 + 1},
    "visits": lambda content: {"seconds": content["seconds"] + 1},
    "customers": lambda content: {"membership_type": "Silver" if content["membership_type"] == "Gold" else "Gold"},
}
