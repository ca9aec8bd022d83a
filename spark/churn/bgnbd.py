"""BG/NBD: a customer buys at a rate of her own until she is gone, which may be after any of her orders.

Fader, Hardie and Lee, "Counting your customers" the easy way: an alternative to the Pareto/NBD model, Marketing Science
24 (2005) 275-284. In their words x is the number of repeated orders, t_x the time from the first order to the last, T
the time from the first order to the cut; all times are in days here.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from spark.ml.evaluation import inner

Numbers = npt.NDArray[np.float64]

# Customers are grouped by time in so many steps (of whole days) at most, and by orders up to so many, so that no more
# than STEPS**2 / 2 * MOST_REPEATS groups (two million) can reach this process; a million simulated customers made
# 142,000.
STEPS = 128
MOST_REPEATS = 250
# Logarithms of r, alpha (days), a and b from which the search starts: quick and slow buyers, who leave soon or late.
STARTS = ((-1.0, 3.0, -1.0, 0.5), (0.0, 4.5, 0.0, 0.0), (0.5, 5.5, -2.0, 1.0))
# Without repeated orders, or without anybody who is gone, the likelihood has no maximum; the search ends here.
LIMITS = ((-9.0, 9.0), (-7.0, 14.0), (-9.0, 9.0), (-9.0, 9.0))
# A logit beyond this is certainty; the clamp keeps a few extreme customers from setting the scale of all.
CERTAIN = 20.0
# The SQL of x.
REPEATS = "greatest(cast(frequency as double) - 1d, 0d)"


@dataclass(frozen=True)
class Groups:
    """Customers counted by what they did: repeated orders, time of the last, time of observation; shape (groups,)."""

    repeats: Numbers
    last: Numbers
    observed: Numbers
    customers: Numbers


@dataclass(frozen=True)
class Parameters:
    """Rates are gamma distributed with shape `r` and rate `alpha` (days); chances of leaving are beta (`a`, `b`)."""

    r: float
    alpha: float
    a: float
    b: float

    def logit(self, horizon: int) -> str:
        """Return the SQL of the log odds of P0, the chance of no order in the next `horizon` days.

        P0 = 1 - P(alive) (1 - q), with q = ((alpha + T) / (alpha + T + horizon))^(r + x) the chance that who is alive
        does not order, and P(alive) = 1 / (1 + g), g = a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x), which is
        0 without repeated orders. So P0 / (1 - P0) = (g + q) / (1 - q), computed in logarithms, since g may be beyond
        any double. Reads `frequency`, `recency_days` and `tenure_days`.
        """
        q, g = f"(-{self.r_plus_x} * log1p({horizon}d / {self.alpha_plus_t}))", self.log_g
        either = f"greatest({g}, {q}) + log1p(exp(-abs({g} - {q})))"
        odds = f"case when frequency > 1 then {either} else {q} end - ln(-expm1({q}))"
        return f"greatest(least({odds}, {literal(CERTAIN)}), {literal(-CERTAIN)})"

    def alive(self) -> str:
        """Return the SQL of P(alive) = 1 / (1 + g), which is 1 without repeated orders; see `logit`."""
        return f"case when frequency > 1 then 1d / (1d + exp({self.log_g})) else 1d end"

    @property
    def alpha_plus_t(self) -> str:
        """Return the SQL of alpha + T."""
        return f"({literal(self.alpha)} + tenure_days)"

    @property
    def r_plus_x(self) -> str:
        """Return the SQL of r + x."""
        return f"({literal(self.r)} + {REPEATS})"

    @property
    def log_g(self) -> str:
        """Return the SQL of the logarithm of g."""
        last = f"({literal(self.alpha)} + greatest(tenure_days - recency_days, 0))"
        share = f"ln({literal(self.a)} / ({literal(self.b)} + {REPEATS} - 1d))"
        return f"({share} + {self.r_plus_x} * ln({self.alpha_plus_t} / {last}))"


def literal(value: float) -> str:
    """Return a number as a SQL double, to the last digit."""
    return f"({float(value)!r}d)"


def count_groups(rows: DataFrame) -> Groups:
    """Return the numbers of customers by repeated orders and times; bounded however many customers there are.

    `rows` has a row per customer with `frequency`, `recency_days` and `tenure_days`. Times are rounded to steps of as
    many days as it takes for STEPS of them to reach over the longest history, one day up to STEPS days.
    """
    longest = rows.agg(F.max("tenure_days")).collect()[0][0] or 0
    step = max(1, -(-longest // STEPS))
    repeats = F.least(F.greatest(F.col("frequency") - 1, F.lit(0)), F.lit(MOST_REPEATS)).alias("repeats")
    # The pause since the last order is what tells whether a customer is gone, so it is what is rounded.
    observed = (F.round(F.col("tenure_days") / step) * step).alias("observed")
    pause = (F.round(F.col("recency_days") / step) * step).alias("pause")
    last = F.when(F.col("repeats") > 0, F.greatest(F.col("observed") - F.col("pause"), F.lit(0.0))).otherwise(0.0)
    stepped = rows.select(repeats, observed, pause).select("repeats", last.alias("last"), "observed")
    counts = stepped.groupBy("repeats", "last", "observed").count().orderBy("repeats", "last", "observed")
    table = np.array([tuple(row) for row in counts.collect()], dtype=float).reshape(-1, 4)
    return Groups(*table.T)


def fit(groups: Groups) -> Parameters:
    """Return the parameters of the highest likelihood.

    Where the data cannot tell (nobody ordered twice, or nothing has been observed) they lie at a limit of the search,
    or where it began; P0 follows from them all the same.
    """
    optima = [
        minimize(surprise, start, args=(groups,), jac=True, method="L-BFGS-B", bounds=LIMITS, options={"maxiter": 300})
        for start in STARTS
    ]
    best = min(optima, key=lambda one: float(one.fun))
    return Parameters(*(float(value) for value in np.exp(best.x)))


def surprise(logs: Numbers, groups: Groups) -> tuple[float, Numbers]:
    """Return minus the mean log likelihood of a customer (equation 6 of the paper), and its gradient.

    Args:
        logs: logarithms of r, alpha, a and b.
        groups: the customers.
    """
    r, alpha, a, b = np.exp(logs)
    x, again = groups.repeats, groups.repeats > 0
    alive, gone = np.log(alpha + groups.observed), np.log(alpha + groups.last)
    # Who has ordered once is alive for certain in this model; her term of being gone is without weight.
    before = np.where(again, b + x - 1, 1)
    stayed = -(r + x) * alive
    left = np.where(again, np.log(a / before) - (r + x) * gone, -np.inf)
    either = np.logaddexp(stayed, left)
    share = np.exp(left - either)
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + either
    value += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    both = digamma(a + b) - digamma(a + b + x)
    slopes = (
        digamma(r + x) - digamma(r) + np.log(alpha) - (1 - share) * alive - share * gone,
        r / alpha - (r + x) * ((1 - share) / (alpha + groups.observed) + share / (alpha + groups.last)),
        both + share / a,
        both + digamma(b + x) - digamma(b) - share / before,
    )
    weight = groups.customers / groups.customers.sum()
    gradient = np.array([size * inner(weight, slope) for size, slope in zip((r, alpha, a, b), slopes, strict=True)])
    return -inner(weight, value), -gradient
