"""MLlib's multinomial regression for rows that fit into one process; plain arrays, no Spark.

Measuring takes some twenty fits to at most MOST_ROWS rows, of which Spark would spend nearly all on planning. The
objective is that of MLlib's `LogisticRegression(family="multinomial")`, which has one minimum, so the answers are the
same: mean log loss, and half the L2 penalty on coefficients of features in units of their standard deviations.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from spark.ml.evaluation import Numbers
from spark.satisfaction.baselines import Codes


@dataclass(frozen=True)
class Softmax:
    """A fitted regression: coefficients of shape (features, classes), constants of shape (classes,)."""

    coefficients: Numbers
    constants: Numbers

    def probabilities(self, features: Numbers) -> Numbers:
        """Return the probability of each class, of shape (rows, classes)."""
        odds = across(np.ascontiguousarray(features.T), self.coefficients) + self.constants[:, None]
        return np.exp(odds - log_total(odds)).T


def fit(features: Numbers, label: Codes, classes: int, penalty: float) -> Softmax:
    """Return the regression fitted to rows; a class without rows gets no probability.

    Args:
        features: of shape (rows, features); one that is constant gets no coefficient.
        label: from 0.
        classes: how many there are.
        penalty: MLlib's `regParam`.
    """
    there = np.unique(label)
    truth = (label == there[:, None]).astype(float)
    spread = features.std(axis=0, ddof=1)
    middle, scale = features.mean(axis=0), np.where(spread > 0, spread, np.inf)
    scaled = np.ascontiguousarray(((features - middle) / scale).T)
    shape = (features.shape[1] + 1, there.size)

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        constants, weights = (part := flat.reshape(shape))[0], part[1:]
        odds = across(scaled, weights) + constants[:, None]
        log_probability = odds - log_total(odds)
        off = (np.exp(log_probability) - truth) / label.size
        value = penalty / 2 * (weights**2).sum() - (log_probability * truth).sum() / label.size
        down = np.einsum("fr,cr->fc", scaled, off) + penalty * weights
        return float(value), np.vstack([off.sum(axis=1), down]).ravel()

    options = {"maxiter": 200, "gtol": 1e-6}
    optimum = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options=options)
    constants, weights = (best := optimum.x.reshape(shape))[0], best[1:] / scale[:, None]
    coefficients, all_constants = np.zeros((features.shape[1], classes)), np.full(classes, -np.inf)
    coefficients[:, there] = weights
    all_constants[there] = constants - (middle[:, None] * weights).sum(axis=0)
    return Softmax(coefficients, all_constants)


def across(features: Numbers, weights: Numbers) -> Numbers:
    """Return the weighted sums, of shape (classes, rows), of features of shape (features, rows).

    `@` would wake BLAS's threads, which wait for the cores that Spark has; in this layout the sum is as fast.
    """
    return np.asarray(np.einsum("fr,fc->cr", features, weights), float)


def log_total(odds: Numbers) -> Numbers:
    """Return the log of the sum of the classes' exponentials, of shape (1, rows)."""
    most = odds.max(axis=0, keepdims=True)
    return np.asarray(most + np.log(np.exp(odds - most).sum(axis=0, keepdims=True)), float)
