"""How near the churn model comes to who knows what the simulator draws its customers from, in both of its modes.

`.venv/bin/python bench/churn_truth.py`; it needs no platform. The purchases are those of `make simulate` with the
same options, without Kafka, and without what is broken or late on the way; the cuts, the model and the measures are
those of `make train`. All subjects are measured on the same customers of the held-out cut, with 95 % bootstrap
intervals, paired ones of the differences.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bench import measure, simulated
from bench.churn_oracle import Histories, silence
from bench.simulated import History
from common import jvm
from common.errors import entry_point
from common.thresholds import CHURN_HORIZON_DAYS, HOLD_OUT_CUT, TRAINING_CUTS
from infra.local import java
from spark.churn import model
from spark.ml.comparison import Subject, compare
from spark.ml.evaluation import MODEL, Measure
from streaming.simulate.people import MODES
from streaming.simulate.shop import Options

CUSTOMERS, SAMPLE, DAYS, SEED = 20_000, 500, 420, 7
ENDS_ON = date(2025, 1, 1)
SCHEMA = (
    "source string, customer_id string, as_of timestamp, days_before int, recency_days int, frequency bigint, "
    "monetary double, tenure_days int, label double"
)
HEADER = ("mode", "subject", "AUC", "model's minus it", "Brier", "model's minus it", "ECE", "interval")


def main(argv: Sequence[str] | None = None) -> None:
    """Simulate, train and measure in each mode."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help=f"default {CUSTOMERS}")
    parser.add_argument("--days", type=int, default=DAYS, help=f"length of the history (default {DAYS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default {SEED}")
    parser.add_argument("--sample", action="store_true", help="few customers, to see that the bench works")
    arguments = parser.parse_args(argv)
    customers = SAMPLE if arguments.sample else arguments.customers
    with tempfile.TemporaryDirectory() as folder:
        spark = local(Path(folder))
        for mode in MODES:
            history = simulated.history(Options(customers, arguments.days, arguments.seed, ENDS_ON, mode))
            print(measure.table(HEADER, lines_of_mode(spark, mode, history)), flush=True)
        spark.stop()


def local(folder: Path) -> SparkSession:
    """Return a session without a platform; its files go to a folder."""
    # A platform's configuration must not reach it: an empty folder hides the one beside pyspark.
    os.environ |= {"SPARK_CONF_DIR": str(folder), "JAVA_HOME": str(java.home()), "TZ": "UTC"}
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("churn-truth")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", " ".join(jvm.DRIVER))
        .config("spark.local.dir", str(folder))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
    )
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def lines_of_mode(spark: SparkSession, mode: str, history: History) -> list[tuple[str, ...]]:
    """Return the lines of a mode: the model, and what stands beside it."""
    training = [rows(spark, history, days) for days in TRAINING_CUTS]
    pooled = training[0].union(training[1]).union(training[2]).union(training[3])
    fitted = model.fit(pooled, training[0])
    held_out = fitted.transform(rows(spark, history, HOLD_OUT_CUT))
    uncalibrated = F.expr(model.sigmoid("log_odds")).alias("uncalibrated")
    names = ("label", "churn_probability", "rhythm_probability")
    columns = held_out.orderBy(*model.KEY).select(*names, uncalibrated).toPandas().to_numpy(float).T
    label, predicted, rhythm, before = columns
    cut = history.days - HOLD_OUT_CUT
    horizon = history.calendar.pace(cut + CHURN_HORIZON_DAYS) - history.calendar.pace(cut)
    subjects = [
        Subject(MODEL, predicted),
        Subject("uncalibrated", before),
        Subject("bg_nbd", rhythm),
        Subject("oracle", silence(mode, Histories(*history.rhythm(cut)), horizon)),
    ]
    by_name = {(one.subject, one.metric): one for one in compare(label, subjects)}
    return [line(mode, subject.name, by_name, len(label)) for subject in subjects]


def rows(spark: SparkSession, history: History, days: int) -> DataFrame:
    """Return labelled rows at the cut so many days before the end, in the order of customers."""
    cut = history.days - days
    columns = {
        **history.features(cut),
        "label": history.silent(cut, CHURN_HORIZON_DAYS).astype(float),
        "source": "simulator",
        "as_of": datetime.combine(ENDS_ON, datetime.min.time()) - timedelta(days=days),
        "days_before": days,
    }
    names = [field.split()[0] for field in SCHEMA.split(", ")]
    return spark.createDataFrame(pd.DataFrame(columns)[names], SCHEMA)


def line(mode: str, subject: str, measures: dict[tuple[str, str], Measure], count: int) -> tuple[str, ...]:
    """Return a line of the table."""

    def difference(metric: str) -> str:
        one = measures.get((subject, f"{metric}_difference"))
        return f"{one.value:+.4f} ({one.low:+.4f} to {one.high:+.4f})" if one else f"{count:,} rows"

    auc, brier, ece = (measures[subject, metric] for metric in ("auc", "brier", "ece"))
    errors = f"{ece.value:.4f}", f"{ece.low:.4f} to {ece.high:.4f}"
    return mode, subject, f"{auc.value:.4f}", difference("auc"), f"{brier.value:.4f}", difference("brier"), *errors


if __name__ == "__main__":
    entry_point(main)()
