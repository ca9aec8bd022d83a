"""The model that is promised is the one that is drawn; tolerances are about five standard errors."""

import numpy as np
import pytest

from streaming.simulate.behaviour import AFTERWARDS, FADING, WEEK, World
from streaming.simulate.people import (
    DROPOUT_A,
    DROPOUT_B,
    GAMMA_POISSON,
    LOGNORMAL,
    RATE_MEAN,
    RATE_MEDIAN,
    RATE_SHAPE,
    RATE_SPREAD,
    People,
    people,
)

COUNT = 20_000


def world(mode: str, until: float = 1.0) -> tuple[World, People]:
    """Return a world whose customers join before a moment."""
    chance = np.random.default_rng(1)
    some = people(COUNT, 1, mode, (0.0, until), chance)
    return World(some, mode, chance), some


def test_rates_are_gamma_and_dropouts_beta_distributed() -> None:
    _, some = world(GAMMA_POISSON)
    assert some.rate.mean() == pytest.approx(RATE_MEAN, rel=0.03)
    assert some.rate.var() == pytest.approx(RATE_MEAN**2 / RATE_SHAPE, rel=0.1)
    assert some.dropout.mean() == pytest.approx(DROPOUT_A / (DROPOUT_A + DROPOUT_B), rel=0.04)


def test_the_other_mode_has_lognormal_rates() -> None:
    _, some = world(LOGNORMAL)
    assert np.median(some.rate) == pytest.approx(RATE_MEDIAN, rel=0.04)
    assert np.log(some.rate).std() == pytest.approx(RATE_SPREAD, rel=0.03)


@pytest.mark.parametrize(("mode", "variation"), [(GAMMA_POISSON, 1.0), (LOGNORMAL, 3**-0.5)])
def test_gaps_are_exponential_or_regular(mode: str, variation: float) -> None:
    shop, some = world(mode)
    some.rate[:], some.dropout[:] = 0.1, 1e-12
    everyone = np.arange(COUNT)
    first, second = shop.round(everyone).at, shop.round(everyone).at
    assert (second - first).mean() == pytest.approx(10.0, rel=0.04)
    assert (second - first).std() / (second - first).mean() == pytest.approx(variation, rel=0.04)


def test_orders_of_customers_who_never_stop_are_negative_binomial() -> None:
    shop, some = world(GAMMA_POISSON, 1e-9)
    some.dropout[:] = 0.0
    for _ in shop.purchases(100.0):
        pass
    repeats, mean = some.orders - 1, RATE_MEAN * 100
    assert repeats.mean() == pytest.approx(mean, rel=0.04)
    assert repeats.var() == pytest.approx(mean + mean**2 / RATE_SHAPE, rel=0.1)


def orders_until_the_end(dropout: float, patience: float) -> People:
    """Return customers of one dropout who have all stopped."""
    shop, some = world(GAMMA_POISSON)
    some.dropout[:], some.patience[:] = dropout, patience
    for _ in shop.purchases(1e9):
        pass
    return some


def test_a_customer_stops_at_a_repeat_purchase_with_their_own_chance() -> None:
    some = orders_until_the_end(0.2, patience=9.0)
    assert some.orders.min() == 2, "never at the first"
    assert (some.orders - 1).mean() == pytest.approx(1 / 0.2, rel=0.04)
    assert np.isfinite(some.silent_at).all()


def test_the_annoyed_stop_sooner() -> None:
    assert orders_until_the_end(0.1, -9.0).orders.mean() < 0.7 * orders_until_the_end(0.1, 9.0).orders.mean()


def test_visits_fall_before_silence_and_fade_after_it() -> None:
    shop, some = world(GAMMA_POISSON)
    fading, gone = slice(0, COUNT // 3), slice(COUNT // 3, COUNT // 3 * 2)
    some.rate[:], some.browsing[:] = 0.5, 1.0
    some.fading[fading], some.fading[gone] = True, True
    some.silent_at[gone] = 10.0 - WEEK
    visitors = np.bincount(shop.visits(10.0, 12.0).number - 1, minlength=COUNT)
    assert visitors[COUNT // 3 * 2 :].mean() == pytest.approx(1.0, rel=0.07)
    assert visitors[fading].mean() == pytest.approx(FADING, rel=0.1)
    assert visitors[gone].mean() == pytest.approx(FADING * AFTERWARDS / 2, rel=0.25)
