"""How many of the anomalies planted in Online Retail the monitor's detector finds, beside four others on its features.

`.venv/bin/python bench/anomalies.py --orders online_retail.csv`; it needs no platform. One order in a hundred is odd: a
third each much larger, much smaller, much sooner than usual. Each detector alerts from the score on that the past, up
to the midnight before an order, reached as often as the target rate says; the first three months only teach. The rivals
are those of `peer_detectors.py`: scikit-learn's isolation forest, and half-space trees, xStream and a z-score per
customer of pysad. The factors of the settings were fixed before any result was seen; the seeds are not those
that the detector was tried on.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import SparkSession

from bench import environment, measure, peers
from bench.anomaly_injection import KINDS, SETTINGS, STANDARD, Setting, inject, read_orders
from bench.churn_truth import local
from common.errors import entry_point
from common.settings import ROOT
from streaming.monitor.orders import history

Floats = npt.NDArray[np.float64]
RATE, SEEDS, SAMPLE = 0.02, (101, 102, 103), 1_500
FIRST_DAY = "2011-03-01"
PROFILES = (
    "source string, customer_id string, valid_from timestamp, valid_to timestamp, city string, membership_type string"
)
FEATURES = ["log_amount", "log_lines", "student_t", "log_gap", "log_gap_ratio"]
HEADER = ("setting", "detector", "recall", "precision", "alerts", *KINDS)


def main(argv: Sequence[str] | None = None) -> None:
    """Plant, judge, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", default=os.environ.get("ONLINE_RETAIL_CSV"), help="file of UCI Online Retail")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help=f"plantings (default {len(SEEDS)})")
    parser.add_argument("--sample", action="store_true", help="few orders, one setting, to see that the bench works")
    arguments = parser.parse_args(argv)
    if not arguments.orders:
        parser.error("give --orders, the file of UCI Online Retail")
    orders = read_orders(arguments.orders)
    if arguments.sample:
        orders = orders.head(SAMPLE)
    first_day = pd.Timestamp(orders["occurred_at"].iloc[len(orders) // 2] if arguments.sample else FIRST_DAY)
    with tempfile.TemporaryDirectory() as folder:
        spark = local(Path(folder))
        for setting in SETTINGS[:1] if arguments.sample else SETTINGS:
            seeds = SEEDS[:1] if arguments.sample else SEEDS[: arguments.seeds if setting is STANDARD else 1]
            measured = [line for seed in seeds for line in compare(spark, inject(orders, setting, seed), first_day)]
            print(measure.table(HEADER, lines(setting, measured)), flush=True)
        spark.stop()


def compare(spark: SparkSession, orders: pd.DataFrame, first_day: pd.Timestamp) -> Iterator[dict[str, float | str]]:
    """Yield what each detector finds among orders from a day on."""
    began = time.monotonic()
    verdicts = judge(spark, orders)
    print(f"{len(orders):,} orders judged in {time.monotonic() - began:.0f} s", flush=True)
    ours = orders["event_id"].isin(set(verdicts.loc[verdicts["is_alert"], "event_id"])).to_numpy()
    yield found("surprisal", orders, ours, first_day)
    for name, scores in rival_scores(orders, features(orders, verdicts)).items():
        yield found(name, orders, alerts(orders["occurred_at"], scores), first_day)


def judge(spark: SparkSession, orders: pd.DataFrame) -> pd.DataFrame:
    """Return the monitor's verdicts on all orders."""
    frame = spark.createDataFrame(orders.drop(columns="kind"))
    names = ["event_id", "channel", "score", "is_alert", "measured", "usual", "usual_high"]
    return history.verdicts(frame, spark.createDataFrame([], PROFILES), RATE).select(*names).toPandas()


def features(orders: pd.DataFrame, verdicts: pd.DataFrame) -> Floats:
    """Return what the detector knows of each order, as columns; what nobody knows is the middle of what is known."""
    by_event = orders[["event_id"]].rename_axis("row").reset_index()
    size = by_event.merge(verdicts[verdicts["channel"] == "size_up"], "left", "event_id").set_index("row")
    speed = by_event.merge(verdicts[verdicts["channel"] == "speed"], "left", "event_id").set_index("row")
    amount, gap = orders["amount"].clip(lower=0.01), speed["measured"].clip(lower=1 / 60)
    columns = pd.DataFrame(
        {
            "log_amount": np.log(amount),
            "log_lines": np.log(orders["line_count"]),
            "student_t": np.log(amount / size["usual"]) / np.log(size["usual_high"] / size["usual"]),
            "log_gap": np.log(gap),
            "log_gap_ratio": np.log(gap / speed["usual"]),
        }
    )
    return columns[FEATURES].fillna(columns.head(len(columns) // 4).median()).to_numpy(float)


def rival_scores(orders: pd.DataFrame, known: Floats) -> Mapping[str, Floats]:
    """Return the scores of the rivals by their names; they run in the benches' environment."""
    months = (orders["occurred_at"].dt.year * 12 + orders["occurred_at"].dt.month).to_numpy()
    with tempfile.TemporaryDirectory() as folder:
        given, answer = Path(folder, "known.npz"), Path(folder, "scores.npz")
        np.savez(given, features=known, months=months, customers=orders["customer_id"].astype(int).to_numpy())
        command = [environment.interpreter(), peers.HERE / "peer_detectors.py", given, answer]
        measure.run([str(one) for one in command], os.environ, ROOT)
        with np.load(answer) as scores:
            return dict(scores)


def alerts(moments: "pd.Series[pd.Timestamp]", scores: Floats) -> "np.ndarray":
    """Return which scores are above what the target rate of those before their midnight reached."""
    days = moments.dt.normalize().to_numpy()
    begins = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
    result = np.zeros(len(scores), bool)
    for begin, end in zip(begins, [*begins[1:], len(scores)], strict=True):
        past = scores[:begin][np.isfinite(scores[:begin])]
        if past.size:
            result[begin:end] = scores[begin:end] > np.quantile(past, 1 - RATE)
    return result


def found(name: str, orders: pd.DataFrame, alert: "np.ndarray", first_day: pd.Timestamp) -> dict[str, float | str]:
    """Return what a detector's alerts are worth."""
    later = (orders["occurred_at"] >= first_day).to_numpy()
    kind, alert = orders.loc[later, "kind"].to_numpy(), alert[later]
    odd = kind != ""
    return {
        "detector": name,
        "recall": alert[odd].mean(),
        "precision": odd[alert].mean() if alert.any() else 0.0,
        "alerts": alert.mean(),
        **{one: alert[kind == one].mean() if (kind == one).any() else np.nan for one in KINDS},
    }


def lines(setting: Setting, measured: Sequence[dict[str, float | str]]) -> Iterator[tuple[str, ...]]:
    """Yield a line per detector, the mean of all plantings."""
    means = pd.DataFrame(measured).groupby("detector", sort=False).mean()
    for name, row in means.iterrows():
        yield setting.name, str(name), *(f"{row[one]:.3f}" for one in HEADER[2:])


if __name__ == "__main__":
    entry_point(main)()
