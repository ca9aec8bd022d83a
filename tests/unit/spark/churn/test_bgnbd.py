"""BG/NBD: a likelihood worked out by hand, parameters found again, and chances that no extreme breaks."""

import math

import numpy as np
import pytest
from pyspark.sql import SparkSession

from spark.churn import bgnbd
from spark.churn.bgnbd import Groups, Parameters, count_groups, fit, surprise

TRUE = Parameters(r=0.8, alpha=20.0, a=0.9, b=3.0)
# The estimates that the paper gives for the CDNOW customers, in weeks.
PAPER = Parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
SCHEMA = "frequency bigint, recency_days int, tenure_days int"


def groups(*rows: tuple[float, float, float, float]) -> Groups:
    return Groups(*np.array(rows, dtype=float).T)


def logs(known: Parameters) -> np.ndarray:
    return np.log([known.r, known.alpha, known.a, known.b])


def test_the_likelihood_of_two_customers_is_that_of_the_paper() -> None:
    # With r = alpha = a = b = 1. Once in 4 days: 1 / (1 + 4) = 1/5. Twice, at days 0 and 2 of 4 days, by equation 3:
    # B(1, 2) / B(1, 1) * 1 / (1 + 4)^2 + B(2, 1) / B(1, 1) * 1 / (1 + 2)^2 = 1/2 * 1/25 + 1/2 * 1/9, times G(2) / G(1).
    value, _ = surprise(np.zeros(4), groups((0, 0, 4, 1), (1, 2, 4, 1)))
    assert value == pytest.approx(-(math.log(1 / 5) + math.log(1 / 50 + 1 / 18)) / 2)


def test_the_gradient_is_the_slope_of_the_likelihood() -> None:
    rows = groups((0, 0, 30, 5), (1, 12, 40, 2), (7, 33, 35, 1), (3, 0, 9, 1))
    at = np.array([0.3, 2.0, -0.5, 0.7])
    _, slope = surprise(at, rows)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-5
        numeric = (surprise(at + step, rows)[0] - surprise(at - step, rows)[0]) / 2e-5
        assert slope[place] == pytest.approx(numeric, rel=1e-5, abs=1e-8)


def simulate(known: Parameters, customers: int) -> Groups:
    """Return what customers of known parameters do in their first 100 to 300 days."""
    chance = np.random.default_rng(5)
    rows = []
    for _ in range(customers):
        rate, leaving = chance.gamma(known.r, 1 / known.alpha), chance.beta(known.a, known.b)
        observed, last, repeats = int(chance.integers(100, 301)), 0.0, 0
        while (bought := last + chance.exponential(1 / rate)) < observed:
            last, repeats = bought, repeats + 1
            if chance.random() < leaving:
                break
        rows.append((repeats, last, observed, 1))
    return groups(*rows)


def test_known_parameters_are_found_again() -> None:
    fitted = fit(simulate(TRUE, 8000))
    assert fitted.r == pytest.approx(TRUE.r, rel=0.1)
    assert fitted.alpha == pytest.approx(TRUE.alpha, rel=0.1)
    # The chance of leaving is known by its mean; a and b apart are known less well.
    assert fitted.a / (fitted.a + fitted.b) == pytest.approx(TRUE.a / (TRUE.a + TRUE.b), rel=0.1)


def test_who_never_came_back_will_not_and_nothing_seen_is_no_failure() -> None:
    for rows in (groups((0, 0, 100, 50)), groups((0, 0, 1, 1)), groups((0, 0, 0, 3)), groups((2, 0, 0, 1))):
        fitted = fit(rows)
        assert all(math.isfinite(value) and value > 0 for value in (fitted.r, fitted.alpha, fitted.a, fitted.b))
    never = fit(groups((0, 0, 100, 50)))
    assert (1 + 90 / (never.alpha + 100)) ** -never.r > 0.99


def test_customers_are_counted_by_what_they_did(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(1, 9, 9), (1, 9, 9), (3, 2, 9), (2, 9, 9), (400, 1, 100)], SCHEMA)
    counts = count_groups(rows)
    assert np.stack([counts.repeats, counts.last, counts.observed, counts.customers]).T.tolist() == [
        [0, 0, 9, 2],
        [1, 0, 9, 1],
        [2, 7, 9, 1],
        [bgnbd.MOST_REPEATS, 99, 100, 1],
    ]


def test_long_histories_are_counted_in_longer_steps(spark: SparkSession) -> None:
    rows = spark.range(2000).selectExpr(
        "2l as frequency", "cast(id / 2 as int) as recency_days", "cast(id as int) as tenure_days"
    )
    counts = count_groups(rows)
    assert counts.customers.sum() == 2000
    assert len(np.unique(counts.observed)) <= bgnbd.STEPS + 1


def silent(spark: SparkSession, known: Parameters, horizon: int, *customers: tuple[int, int, int]) -> list[float]:
    """Return P0 of customers of (orders, recency, tenure) as the pipeline computes it."""
    odds = known.logit(horizon)
    frame = spark.createDataFrame(customers, SCHEMA).selectExpr("*", f"{odds} as odds")
    return [1 / (1 + math.exp(-row["odds"])) for row in frame.collect()]


def test_the_chance_of_silence_is_the_formula(spark: SparkSession) -> None:
    def by_hand(orders: int, recency: int, tenure: int) -> float:
        x, last = orders - 1, tenure - recency
        r, alpha, a, b = PAPER.r, PAPER.alpha, PAPER.a, PAPER.b
        gone = a / (b + x - 1) * ((alpha + tenure) / (alpha + last)) ** (r + x) if x else 0
        return 1 - 1 / (1 + gone) * (1 - ((alpha + tenure) / (alpha + tenure + 13)) ** (r + x))

    customers = [(1, 30, 30), (3, 9, 39), (8, 1, 39), (8, 30, 39), (2, 39, 39)]
    assert silent(spark, PAPER, 13, *customers) == pytest.approx([by_hand(*customer) for customer in customers])


def test_the_chance_to_be_alive_is_the_formula(spark: SparkSession) -> None:
    customers = spark.createDataFrame([(1, 30, 30), (3, 9, 39), (8, 30, 39)], SCHEMA)
    chances = [row["alive"] for row in customers.selectExpr(f"{PAPER.alive()} as alive").collect()]
    r, alpha, a, b = PAPER.r, PAPER.alpha, PAPER.a, PAPER.b
    by_hand = [1 / (1 + a / (b + x - 1) * ((alpha + 39) / (alpha + last)) ** (r + x)) for x, last in ((2, 30), (7, 9))]
    assert chances == pytest.approx([1, *by_hand])


def test_extremes_stay_chances(spark: SparkSession) -> None:
    limits = [Parameters(*np.exp([one[end] for one in bgnbd.LIMITS])) for end in (0, 1)]
    customers = [(1, 0, 0), (1, 1, 1), (5000, 1, 4000), (5000, 3999, 4000), (1, 40000, 40000), (2, 0, 0)]
    for known in (*limits, PAPER):
        chances = silent(spark, known, 90, *customers)
        assert all(0 < chance < 1 for chance in chances), known
    heavy_and_gone, heavy_and_there = silent(spark, PAPER, 90, (5000, 3999, 4000), (5000, 1, 4000))
    assert heavy_and_gone > 0.999
    assert heavy_and_there < 0.01
