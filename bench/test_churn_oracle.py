"""The oracle's chances are those of the simulator's own mechanism; its formulas are the integrals they stand for."""

import numpy as np
import pytest
from scipy import integrate, stats

from bench.churn_oracle import Histories, gamma_poisson, lognormal, silence
from streaming.simulate import behaviour, people
from streaming.simulate.behaviour import World
from streaming.simulate.people import GAMMA_POISSON, LOGNORMAL

CUT, HORIZON, CUSTOMERS = 200.0, 90.0, 20_000


def simulate(mode: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Histories, np.ndarray]:
    """Return histories of customers whom nothing annoys, and whether they were silent after the cut."""
    monkeypatch.setattr(behaviour, "ANNOYANCE", 0.0)
    chance = np.random.default_rng(3)
    some = people.people(CUSTOMERS, 0, mode, (0.0, 0.9 * CUT), chance)
    world = World(some, mode, chance)
    repeats, last, silent = np.full(CUSTOMERS, -1.0), some.joins.copy(), np.ones(CUSTOMERS, bool)
    for bought in world.purchases(CUT + HORIZON):
        before = bought.at < CUT
        repeats[bought.who[before]] += 1
        last[bought.who[before]] = bought.at[before]
        silent[bought.who[~before]] = False
    return Histories(repeats, last - some.joins, CUT - some.joins), silent


def one(x: int, last: float, observed: float) -> Histories:
    """Return the history of one customer."""
    return Histories(*(np.array([value], float) for value in (x, last, observed)))


def worst(predicted: np.ndarray, happened: np.ndarray) -> float:
    """Return the largest distance of a tenth's mean chance from its share, in standard errors of the share."""
    distances = []
    for rows in np.array_split(np.argsort(predicted), 10):
        error = np.sqrt((predicted[rows] * (1 - predicted[rows])).sum()) / rows.size
        distances.append(abs(predicted[rows].mean() - happened[rows].mean()) / error)
    return max(distances)


@pytest.mark.parametrize("mode", people.MODES)
def test_the_chances_are_those_of_the_simulator(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rhythms, silent = simulate(mode, monkeypatch)
    assert worst(silence(mode, rhythms, HORIZON), silent) < 3.5


def test_chances_of_the_other_mode_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    rhythms, silent = simulate(LOGNORMAL, monkeypatch)
    assert worst(silence(GAMMA_POISSON, rhythms, HORIZON), silent) > 10


@pytest.mark.parametrize(("x", "last", "observed"), [(0, 0, 30), (2, 25, 160), (9, 95, 100), (4, 30, 200)])
def test_given_one_history_so_many_are_silent(x: int, last: float, observed: float) -> None:
    # Among customers drawn from the prior, each counts by the likelihood of her history up to the last purchase; what
    # happens from there on is drawn as the simulator draws it, and those who bought before the cut are not of it.
    chance = np.random.default_rng(8)
    draws = 400_000
    rate = people.RATE_MEDIAN * np.exp(people.RATE_SPREAD * chance.standard_normal(draws))
    hazard = chance.gamma(people.HAZARD_SHAPE, people.HAZARD_MEAN / people.HAZARD_SHAPE, draws)
    likely = 3 * x * np.log(3 * rate) - (3 * rate + hazard) * last
    weight = np.exp(likely - likely.max())
    gap, left = chance.gamma(3, 1 / 3, draws) / rate, chance.exponential(size=draws) / hazard
    next_at = last + np.where(left < gap, np.inf, gap)
    weight *= next_at >= observed
    silent = (weight * (next_at >= observed + HORIZON)).sum() / weight.sum()
    effective = weight.sum() ** 2 / (weight**2).sum()
    assert effective > 500
    assert lognormal(one(x, last, observed), HORIZON)[0] == pytest.approx(
        silent, abs=4 * np.sqrt(silent * (1 - silent) / effective)
    )


def test_the_quadrature_is_the_integral() -> None:
    x, last, observed = 3, 40.0, 75.0

    def integral(wait: float) -> float:
        def density(mu: float, z: float) -> float:
            k = 3 * people.RATE_MEDIAN * np.exp(people.RATE_SPREAD * z)
            within = (k / (k + mu)) ** 3 * stats.gamma.cdf((k + mu) * wait, 3)
            prior = stats.norm.pdf(z) * stats.gamma.pdf(mu, people.HAZARD_SHAPE, scale=people.HAZARD_MEAN / 1.5)
            return k ** (3 * x) * np.exp(-(k + mu) * last) * (1 - within) * prior

        return integrate.dblquad(density, -6, 6, 0, 0.05, epsabs=1e-18, epsrel=1e-6)[0]

    assert people.HAZARD_SHAPE == 1.5
    by_hand = integral(observed - last + HORIZON) / integral(observed - last)
    assert lognormal(one(x, last, observed), HORIZON) == pytest.approx(by_hand, rel=1e-4)


def test_long_and_busy_histories_stay_chances() -> None:
    rhythms = Histories(np.array([0.0, 400.0, 400.0]), np.array([0.0, 900.0, 100.0]), np.array([0.0, 901.0, 900.0]))
    for mode in people.MODES:
        new, busy, gone = silence(mode, rhythms, HORIZON)
        assert 0 < busy < new < gone <= 1


@pytest.mark.parametrize(("x", "last", "observed"), [(0, 0, 30), (2, 30, 39), (8, 1, 139), (20, 170, 300)])
def test_the_closed_form_is_the_integral(x: int, last: float, observed: float) -> None:
    r, alpha = people.RATE_SHAPE, people.RATE_SHAPE / people.RATE_MEAN

    def integral(horizon: float) -> float:
        def density(leaving: float, rate: float) -> float:
            there = (1 - leaving) ** x * np.exp(-rate * (observed + horizon))
            gone = leaving * (1 - leaving) ** (x - 1) * np.exp(-rate * last) if x else 0.0
            prior = stats.gamma.pdf(rate, r, scale=1 / alpha) * stats.beta.pdf(
                leaving, people.DROPOUT_A, people.DROPOUT_B
            )
            return (rate * observed) ** x * (there + gone) * prior

        return integrate.dblquad(density, 0, 2, 0, 1, epsabs=0, epsrel=1e-5)[0]

    chance = gamma_poisson(one(x, last, observed), HORIZON)
    assert chance == pytest.approx(integral(HORIZON) / integral(0.0), rel=1e-3)
