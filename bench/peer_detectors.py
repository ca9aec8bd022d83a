"""Detectors of scikit-learn and pysad on the features of orders; each scores an order by orders before it alone.

Runs in the benches' environment: `peer_detectors.py KNOWN SCORES` reads `features` (a row per order, in the order of
time), `months` and `customers` (a whole number per order) from one .npz file, and writes another with the scores of
each detector, the higher, the odder. The parameters are the libraries' defaults, but for the chance, which is fixed.
"""

import sys
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from pysad.models import HalfSpaceTrees, StandardAbsoluteDeviation, xStream
from sklearn.ensemble import IsolationForest

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# A customer with fewer orders stands beside all customers.
LEAST_ORDERS = 5


def main(known: str, scores: str) -> None:
    """Read, score by every detector, write."""
    with np.load(known) as file:
        features, months, customers = file["features"], file["months"], file["customers"]
    found = dict(detections(features, months, customers))
    np.savez(scores, **found)  # type: ignore[arg-type]


def detections(features: Floats, months: Ints, customers: Ints) -> Iterator[tuple[str, Floats]]:
    """Yield the names and scores of the detectors; the online ones get features as deviations of the first month."""
    first = features[months == months[0]]
    scaled = (features - first.mean(axis=0)) / (first.std(axis=0) + 1e-9)
    begun = scaled[months == months[0]]
    yield "isolation forest", isolation_forest(features, months)
    trees = HalfSpaceTrees(begun.min(axis=0), begun.max(axis=0), random_state=1)
    yield "half-space trees", trees.fit_score(scaled)
    yield "xStream", xStream(random_state=1).fit_score(scaled)
    yield "z-score of the customer", customer_deviation(scaled, customers.tolist())


def isolation_forest(features: Floats, months: Ints) -> Floats:
    """Return the scores of a forest that is fitted to all rows before each month; those of the first have none."""
    scores = np.full(len(features), -np.inf)
    for month in np.unique(months)[1:]:
        forest = IsolationForest(random_state=1).fit(features[months < month])
        scores[months == month] = -forest.score_samples(features[months == month])
    return scores


def customer_deviation(features: Floats, customers: Sequence[int]) -> Floats:
    """Return how many standard deviations the oddest feature is from the customer's mean so far."""
    everyone = [StandardAbsoluteDeviation() for _ in features.T]
    known: dict[int, list[StandardAbsoluteDeviation]] = {}
    counts: dict[int, int] = {}
    scores = np.zeros(len(features))
    for row, (customer, values) in enumerate(zip(customers, features, strict=True)):
        own = known.setdefault(customer, [StandardAbsoluteDeviation() for _ in values])
        count = counts[customer] = counts.get(customer, 0) + 1
        beside = own if count > LEAST_ORDERS else everyone
        scores[row] = max(one.score_partial([value]) for one, value in zip(beside, values, strict=True))
        for models in (own, everyone):
            for one, value in zip(models, values, strict=True):
                one.fit_partial([value])
    return scores


if __name__ == "__main__":
    main(*sys.argv[1:])
