"""The surprise of a Student t against scipy's, and that it grows with t wherever one looks."""

import numpy as np
from pyspark.sql import SparkSession
from scipy import stats

from streaming.monitor.orders.surprise import add_tail


def test_it_is_the_tail_of_a_student_t_and_grows_with_t(spark: SparkSession) -> None:
    values = np.concatenate([np.linspace(-8, 8, 161), [12.0, 40.0, 1e3, 1e9]])
    rows = [(float(degrees), float(t)) for degrees in (20, 25, 400) for t in values]
    frame = spark.createDataFrame(rows, "degrees double, student_t double").withColumnsRenamed({})
    scored = add_tail(frame.selectExpr("*", "degrees as of", "student_t as t")).select("of", "t", "score").toPandas()
    for degrees, group in scored.groupby("of"):
        expected = -stats.t.logsf(group["t"], degrees) / np.log(10)
        near = group["t"].abs() <= 8
        assert np.allclose(group["score"][near], expected[near], rtol=0.02, atol=0.002)
        assert np.isfinite(group["score"]).all()
        assert (np.diff(group["score"]) >= 0).all()
        assert (np.diff(group["score"][group["t"] >= 0]) > 0).all()
