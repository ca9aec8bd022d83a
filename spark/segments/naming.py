"""Names and lasting ids of groups of buyers; plain numbers, no Spark."""

import math
from collections.abc import Mapping, Sequence

Centre = tuple[float, float, float]
"""Log recency, log frequency, log spend."""

# A group further than this from every earlier one (in standard deviations) is a new group, not the old one moved.
SAME_WITHIN = 1.0


def lasting_ids(centres: Sequence[Centre], spreads: Centre, earlier: Mapping[int, Centre]) -> list[int]:
    """Return an id per centre: that of the earlier group that it continues, else a new one.

    The closest pairs are matched first. New groups are numbered on from the largest earlier id, those that spend most
    first.

    Args:
        centres: the groups of the new model, unscaled.
        spreads: the standard deviations by which distances are measured.
        earlier: the groups of the model before, by id.
    """
    pairs = sorted(
        (distance(centre, old, spreads), number, place)
        for place, centre in enumerate(centres)
        for number, old in earlier.items()
    )
    ids: dict[int, int] = {}
    for gap, number, place in pairs:
        if gap <= SAME_WITHIN and place not in ids and number not in ids.values():
            ids[place] = number
    new = sorted((place for place in range(len(centres)) if place not in ids), key=lambda place: -centres[place][2])
    first = max(earlier, default=0) + 1
    ids.update({place: first + rank for rank, place in enumerate(new)})
    return [ids[place] for place in range(len(centres))]


def distance(one: Centre, other: Centre, spreads: Centre) -> float:
    """Return the distance of two centres in standard deviations."""
    return math.hypot(*((a - b) / spread if spread else 0.0 for a, b, spread in zip(one, other, spreads, strict=True)))


def names(scaled: Sequence[Centre]) -> list[str]:
    """Return a name per centre, from how far (in standard deviations) it is from the average customer.

    Two groups of one name are told apart by spend, then numbered.
    """
    plain = [name(centre) for centre in scaled]
    named = list(plain)
    for text in set(plain):
        places = sorted((place for place, other in enumerate(plain) if other == text), key=lambda at: -scaled[at][2])
        for rank, place in enumerate(places[1:], start=2):
            named[place] = f"{text}, spend tier {rank}"
    return named


def name(scaled: Centre) -> str:
    """Return the name of one group, by when its customers last bought and by how much and how often they buy."""
    recency, frequency, spend = scaled
    value = (frequency + spend) / 2
    when = "Active" if recency < -0.35 else "Lapsed" if recency > 0.35 else "Cooling"
    who = "top buyers" if value > 0.9 else "regulars" if value > -0.2 else "occasional buyers"
    return f"{when} {who}"
