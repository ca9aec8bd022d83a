"""What nobody could know: the chance of silence, given the parameters that the simulator draws its customers from.

A customer is told by x, the number of repeated purchases, t_x, the time from the first purchase to the last, and T, the
time from the first purchase to the cut; all times are in pace (days). `horizon` is how long the silence has to last.
That bad experiences bring the end nearer is left out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import roots_genlaguerre

from streaming.simulate import people
from streaming.simulate.behaviour import ERLANG

Numbers = npt.NDArray[np.float64]

# Log rates evenly from so many spreads below the median to as many above it; hazards at the nodes of Gauss-Laguerre.
SPREADS, RATES, HAZARDS = 6.0, 241, 24
# So many customers at a time, each with a grid of rates and hazards.
AT_ONCE = 200


@dataclass(frozen=True)
class Histories:
    """What customers did until a cut; each of shape (customers,)."""

    repeats: Numbers
    last: Numbers
    observed: Numbers


def silence(mode: str, rhythms: Histories, horizon: float) -> Numbers:
    """Return the chance of no purchase in the `horizon` after the cut, of shape (customers,)."""
    return gamma_poisson(rhythms, horizon) if mode == people.GAMMA_POISSON else lognormal(rhythms, horizon)


def gamma_poisson(rhythms: Histories, horizon: float) -> Numbers:
    """Return the chance by BG/NBD, which the mode is (Fader, Hardie and Lee 2005, doi:10.1287/mksc.1040.0098).

    Rates are gamma distributed with shape r and rate alpha, chances to leave are beta (a, b) distributed. The chance is
    (g + q) / (1 + g), where q = ((alpha + T) / (alpha + T + horizon))^(r + x) is that of a customer who is still there,
    and g = a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x) are the odds of having left, 0 where x = 0.
    """
    r, alpha = people.RATE_SHAPE, people.RATE_SHAPE / people.RATE_MEAN
    x, observed = rhythms.repeats, alpha + rhythms.observed
    q = (r + x) * np.log(observed / (observed + horizon))
    share = people.DROPOUT_A / np.where(x > 0, people.DROPOUT_B + x - 1, 1)
    g = np.where(x > 0, np.log(share) + (r + x) * np.log(observed / (alpha + rhythms.last)), -np.inf)
    return np.exp(np.logaddexp(g, q) - np.logaddexp(0, g))


def lognormal(rhythms: Histories, horizon: float) -> Numbers:
    """Return the chance where rates are lognormal, gaps Erlang and the end comes in time, by quadrature.

    Gaps of n = 3 stages at a rate k = n lambda each, and an end at a constant hazard mu, which forgets how long it has
    waited. So a history has the likelihood k^(n x) exp(-(k + mu) t_x) N(T - t_x), where N(s), the chance that no
    purchase follows within s of one, is one minus that of a gap that ends within s and before the end comes:

        N(s) = 1 - (k / (k + mu))^n P(n, (k + mu) s)

    with P the regularised lower incomplete gamma function. The chance of silence until s = T - t_x + horizon is the
    mean of N(s) / N(T - t_x) over the posterior, which is the ratio of two integrals over the log rate (trapezoids,
    which for a normal density err by nothing that a double can show) and the hazard (Gauss and Laguerre).
    """
    z = np.linspace(-SPREADS, SPREADS, RATES)
    nodes, weights = roots_genlaguerre(HAZARDS, people.HAZARD_SHAPE - 1)
    k = ERLANG * people.RATE_MEDIAN * np.exp(people.RATE_SPREAD * z)[:, None]
    mu = (nodes * people.HAZARD_MEAN / people.HAZARD_SHAPE)[None, :]
    prior = -(z**2)[:, None] / 2 + np.log(weights)[None, :]
    parts = np.array_split(np.arange(rhythms.repeats.size), max(1, rhythms.repeats.size // AT_ONCE))
    return np.concatenate([posterior_mean(k, mu, prior, rhythms, part, horizon) for part in parts])


def posterior_mean(
    k: Numbers, mu: Numbers, prior: Numbers, rhythms: Histories, part: npt.NDArray[np.int64], horizon: float
) -> Numbers:
    """Return the chance of silence of some customers; `k`, `mu` and the log `prior` span the grid (rates, hazards)."""
    x, last, observed = (each[part][:, None, None] for each in (rhythms.repeats, rhythms.last, rhythms.observed))
    # In logarithms, and the largest is taken out: forty purchases at a rate of a tenth are beyond any double.
    density = prior + ERLANG * x * np.log(k) - (k + mu) * last
    density = np.exp(density - density.max(axis=(1, 2), keepdims=True))
    until_cut, until_end = (none_within(k, mu, observed - last + more) for more in (0.0, horizon))
    axes = (1, 2)
    return np.asarray((density * until_end).sum(axes) / (density * until_cut).sum(axes))


def none_within(k: Numbers, mu: Numbers, wait: Numbers) -> Numbers:
    """Return N(wait), the chance that no purchase follows within `wait` of one; as a sum, which loses no digits."""
    y = (k + mu) * wait
    left_first = -np.expm1(-ERLANG * np.log1p(mu / k))
    # 1 - P(3, y) of the Erlang distribution: fewer than three events of a Poisson process.
    not_yet = np.exp(-y) * (1 + y + y * y / 2)
    return left_first + (1 - left_first) * not_yet
