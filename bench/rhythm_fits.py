"""BG/NBD fitted to one cut by the project, and as one would first: every customer a row of this process, no gradient.

`rhythm_fits.py`, run by `learning_scale.py`, prints a JSON object for each side: seconds from the Delta table to the
parameters, the parameters, and how the chance of silence ranks and fits on the held-out cut. Beside ours is what scipy
makes of the paper's likelihood over all rows, in time scaled so that the longest is ten, from one start and with a
gradient of differences.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from bench import learning_tables
from common import tables
from common.frames import sample_rows
from common.session import session
from common.settings import read_settings
from common.thresholds import HOLD_OUT_CUT, TRAINING_CUTS
from spark.churn import bgnbd, model
from spark.ml import evaluation
from spark.ml.evaluation import Numbers, Scored

LONGEST = 10.0
TRUE = bgnbd.Parameters(
    learning_tables.RATE_SHAPE, learning_tables.RATE_DAYS, learning_tables.LEAVING_A, learning_tables.LEAVING_B
)


def main() -> None:
    """Fit on both sides and print what came of it."""
    spark = session("rhythm-fits", read_settings(), "learner")
    features, labels = (tables.read(spark, name) for name in ("churn.churn_features", "churn.churn_labels"))
    newest = at(features, min(TRAINING_CUTS))
    held_out = model.with_label(at(features, HOLD_OUT_CUT), labels)
    rows = sample_rows(held_out, held_out.count(), evaluation.MOST_ROWS, *model.KEY).persist()
    rows.count()
    ways: dict[str, Callable[[DataFrame], bgnbd.Parameters]] = {
        "ours, grouped in Spark": lambda frame: bgnbd.fit(bgnbd.count_groups(frame)),
        "customer by customer": stock,
        "the parameters drawn from": lambda _: TRUE,
    }
    for way, fit in ways.items():
        began = time.monotonic()
        parameters = fit(newest)
        seconds = time.monotonic() - began
        print(
            json.dumps({"way": way, "seconds": seconds, **vars(parameters), **measures(parameters, rows)}), flush=True
        )
    spark.stop()


def at(features: DataFrame, days: int) -> DataFrame:
    """Return the rows of a cut."""
    return features.where(F.col(model.CUT) == days)


def stock(newest: DataFrame) -> bgnbd.Parameters:
    """Return the parameters from all rows in memory, by a gradient of differences."""
    frame = newest.selectExpr("frequency - 1 as x", "tenure_days - recency_days as last", "tenure_days").toPandas()
    x, last, observed = frame.to_numpy(float).T
    scale = LONGEST / observed.max()
    optimum = minimize(surprise, np.full(4, 0.1), args=(x, last * scale, observed * scale), tol=1e-7)
    r, alpha, a, b = np.exp(optimum.x)
    return bgnbd.Parameters(float(r), float(alpha / scale), float(a), float(b))


def surprise(logs: Numbers, x: Numbers, last: Numbers, observed: Numbers) -> float:
    """Return minus the mean log likelihood of a customer, as `bgnbd.surprise` without groups and gradient."""
    r, alpha, a, b = np.exp(logs)
    first = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    second = betaln(a, b + x) - betaln(a, b)
    stayed = -(r + x) * np.log(alpha + observed)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
    return -float((first + second + np.logaddexp(stayed, np.where(x > 0, left, -np.inf))).mean())


def measures(parameters: bgnbd.Parameters, rows: DataFrame) -> dict[str, float]:
    """Return how the chance of silence ranks and fits labelled rows."""
    chances = model.inputs(parameters).transform(rows).select("label", "rhythm_probability").toPandas().to_numpy(float)
    scored, every = Scored(*chances.T), np.ones(len(chances))
    return {name: getattr(evaluation, name)(scored, every) for name in ("auc", "ece")}


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    main()
