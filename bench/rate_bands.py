"""How many planted dips, surges and outages the bands of rates find, at how many false alerts a week.

`.venv/bin/python bench/rate_bands.py --orders online_retail.csv.gz`; needs no platform. A shop's orders by hour, in
which each seed plants 24 oddities on busy days, their kinds and sizes fixed beforehand:

    outage   no order in four hours that begin between 9 and 12 UTC
    dip      each order of a day stays with a chance of 0.4
    surge    three times the orders in two hours that begin between 9 and 14
    sale     twice the orders on a day

Every day from the first 16 weeks on is judged by the midnight before it, what was planted earlier included. An oddity
is found where its day has an alert of its direction; whatever else is told is false, closed holidays and the shop's own
records included. Beside it: mean and three standard deviations of the hour, and of the day, over all former weeks.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench import measure
from common.errors import entry_point
from streaming.monitor.rates.rate_bands import HOURS, WEEKDAYS, Counts, Floats
from streaming.monitor.rates.rate_verdicts import DOWN, UP, History

FIRST_DAY, PLANTED, BUSY = 112, 24, 20
SIDES = {"outage": DOWN, "dip": DOWN, "surge": UP, "sale": UP}
SIGMAS = 3
FOREIGN = ("C", "A")
# Days with an alert of a side.
Told = dict[int, set[int]]


@dataclass(frozen=True)
class Outcome:
    """What one way told of one seed: oddities found and planted by kind, false alerts a week up and down."""

    found: Counter[str]
    planted: Counter[str]
    false: tuple[float, float]


def main(argv: Sequence[str] | None = None) -> None:
    """Judge every seed's history both ways and print what each found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=Path, help="file of Online Retail; without one a made-up shop")
    parser.add_argument("--seeds", type=int, default=10, help="histories with oddities of their own (default 10)")
    parser.add_argument("--alerts", type=float, default=1.0, help="false alerts a week and channel (default 1)")
    parser.add_argument("--sample", action="store_true", help="one seed")
    arguments = parser.parse_args(argv)
    counts = read_counts(arguments.orders) if arguments.orders else made_up()
    ways: dict[str, Callable[[Counts], Told]] = {
        "bands": lambda planted: bands(planted, arguments.alerts),
        "three sigma": three_sigma,
    }
    outcomes: dict[str, list[Outcome]] = {name: [] for name in ways}
    for seed in range(1, 2 if arguments.sample else arguments.seeds + 1):
        planted, oddities = plant(counts, seed)
        for name, way in ways.items():
            outcomes[name].append(outcome(way(planted), oddities, counts.days))
    print(f"{counts.days} days, {counts.orders.sum():,.0f} orders, {len(outcomes['bands'])} seeds")
    header = ("", *SIDES, "recall", "false a week, up", "down")
    print(measure.table(header, [line(name, each) for name, each in outcomes.items()]))


def read_counts(path: Path) -> Counts:
    """Return the orders of a file of Online Retail by UTC hour: invoices, but those of returns and corrections."""
    lines = pd.read_csv(path, usecols=["InvoiceNo", "InvoiceDate", "Quantity", "UnitPrice"], dtype={"InvoiceNo": str})
    lines["is_sound"] = (lines["Quantity"] > 0) & (lines["UnitPrice"] >= 0)
    invoices = lines[~lines["InvoiceNo"].str.startswith(FOREIGN)].groupby("InvoiceNo")
    orders = invoices.agg(at=("InvoiceDate", "min"), is_sound=("is_sound", "all"))
    at = pd.to_datetime(orders["at"][orders["is_sound"]]).dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    first = at.min().normalize()
    day = (at.dt.normalize() - first).dt.days.to_numpy()
    by_hour = np.zeros((1, int(day.max()) + 1, HOURS))
    np.add.at(by_hour[0], (day, at.dt.hour.to_numpy()), 1)
    return Counts(by_hour, first.weekday())


def made_up() -> Counts:
    """Return a year of a shop that is open from 8 to 18, but on Saturdays."""
    mean = np.zeros((364, HOURS))
    mean[:, 8:18] = 7
    mean[5::WEEKDAYS] = 0
    return Counts(np.random.default_rng(0).poisson(mean).astype(float)[None], 0)


def plant(counts: Counts, seed: int) -> tuple[Counts, dict[int, str]]:
    """Return the counts with oddities of every kind, and their kinds by day."""
    chance, orders = np.random.default_rng(seed), counts.orders.copy()
    busy = np.flatnonzero(orders[0].sum(axis=1) >= BUSY)
    days = chance.choice(busy[busy >= FIRST_DAY], PLANTED, replace=False)
    oddities = {int(day): str(chance.choice(list(SIDES))) for day in days}
    for day, kind in oddities.items():
        orders[0, day] = PLANTS[kind](orders[0, day], chance)
    return Counts(orders, counts.first_weekday), oddities


def outage(day: Floats, chance: np.random.Generator) -> Floats:
    """Return a day without its orders in four hours."""
    hour = np.arange(HOURS) - int(chance.integers(9, 13))
    return np.where((hour >= 0) & (hour < 4), 0, day)


def surge(day: Floats, chance: np.random.Generator) -> Floats:
    """Return a day with three times its orders in two hours."""
    hour = np.arange(HOURS) - int(chance.integers(9, 15))
    return day + chance.poisson(np.where((hour >= 0) & (hour < 2), 2 * day, 0))


PLANTS: dict[str, Callable[[Floats, np.random.Generator], npt.NDArray[np.generic]]] = {
    "outage": outage,
    "dip": lambda day, chance: chance.binomial(day.astype(int), 0.4),
    "surge": surge,
    "sale": lambda day, chance: day + chance.poisson(day),
}


def bands(counts: Counts, alerts: float) -> Told:
    """Return the days that the monitor tells of."""
    found = list(History.of(counts).findings(FIRST_DAY, alerts))
    return {side: {day for day, each in found if each.side == side} for side in (UP, DOWN)}


def three_sigma(counts: Counts) -> Told:
    """Return the days with an hour, or a total, three standard deviations off the mean of the same weekdays before."""
    told: Told = {UP: set(), DOWN: set()}
    with_total = np.concatenate([counts.orders[0], counts.orders[0].sum(axis=1, keepdims=True)], axis=1)
    for day in range(FIRST_DAY, counts.days):
        past = with_total[day % WEEKDAYS : day : WEEKDAYS]
        off, width = with_total[day] - past.mean(axis=0), SIGMAS * past.std(axis=0, ddof=1)
        for side, is_off in ((UP, off > width), (DOWN, off < -width)):
            if is_off.any():
                told[side].add(day)
    return told


def outcome(told: Told, oddities: dict[int, str], days: int) -> Outcome:
    """Return what was found, and what was told of days without an oddity."""
    found = Counter(kind for day, kind in oddities.items() if day in told[SIDES[kind]])
    weeks = (days - FIRST_DAY - len(oddities)) / WEEKDAYS
    up, down = (len(told[side] - oddities.keys()) / weeks for side in (UP, DOWN))
    return Outcome(found, Counter(oddities.values()), (up, down))


def line(name: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return a way's line: found of planted by kind, recall, false alerts a week."""
    found: Counter[str] = sum((each.found for each in outcomes), Counter())
    planted: Counter[str] = sum((each.planted for each in outcomes), Counter())
    false = np.mean([each.false for each in outcomes], axis=0)
    kinds = [f"{found[kind]} of {planted[kind]}" for kind in SIDES]
    return name, *kinds, f"{found.total() / planted.total():.2f}", *(f"{each:.2f}" for each in false)


if __name__ == "__main__":
    entry_point(main)()
