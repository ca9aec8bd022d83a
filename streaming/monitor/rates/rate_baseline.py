"""Of each shop and city, the bands of an hour and of a day of the week: learned from the marts, kept in the lake."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.errors import UserError
from common.live_tables import BASELINE_RATES
from common.run_bounds import EPOCH, run_bounds
from common.settings import Settings
from streaming.monitor.old_baselines import drop_old
from streaming.monitor.rates.rate_alerts import SHOP
from streaming.monitor.rates.rate_bands import HOURS, WEEKDAYS, Counts, Thresholds
from streaming.monitor.rates.rate_verdicts import DOWN, UP, Bands, History

MOST_DAYS, MOST_CITIES = 730, 200
COLUMNS = tuple(name for name, _, _ in BASELINE_RATES.columns)


@dataclass(frozen=True)
class RateBaseline:
    """By source: its cities, the shop as a whole being the empty one, and the bands of each. `as_of` is naive."""

    as_of: datetime
    sources: Mapping[str, tuple[tuple[str, ...], Bands]]


def newest(spark: SparkSession, settings: Settings) -> RateBaseline | None:
    """Return the baseline of the marts' date, stored where it is new, old ones dropped; without all marts None."""
    try:
        return of_marts(spark, settings)
    except UserError:
        return None


def of_marts(spark: SparkSession, settings: Settings) -> RateBaseline:
    """Return the baseline of the marts' date, read or learned.

    Raises:
        UserError: a mart is not there; a build of dbt may have ended before it.
    """
    bounds = run_bounds(spark)
    as_of, midnights = bounds.until, bounds.midnights
    stored = tables.read(spark, BASELINE_RATES.name).where(F.col("baseline_as_of") == tables.instant(as_of))
    rows = stored.toArrow().to_pylist()
    if rows:
        return of_rows(as_of, rows)
    learned = learn(orders_by_hour(spark, midnights), midnights, WEEKDAYS / settings.rate_alert_days)
    if learned.sources:
        frame = spark.createDataFrame(list(rows_of(learned)), schema())
        dated = frame.withColumn("baseline_as_of", tables.instant(as_of)).select(*COLUMNS)
        tables.replace_where(dated, BASELINE_RATES.name, F.col("baseline_as_of") == tables.instant(as_of))
        drop_old(spark, BASELINE_RATES)
    return learned


def orders_by_hour(spark: SparkSession, midnights: Mapping[str, datetime]) -> DataFrame:
    """Return source, city (null for an order of nobody that is known), day, hour and orders before its midnight."""
    orders, customers = (tables.read(spark, name) for name in ("core.fct_orders", "core.dim_customers"))
    past = orders.where(reduce(or_, (lies_before(*one) for one in midnights.items()), F.lit(False)))
    cities = customers.select("source", "customer_id", "city")
    return (
        past.join(cities, ["source", "customer_id"], "left")
        .groupBy("source", "city", F.to_date("ordered_at").alias("day"), F.hour("ordered_at").alias("hour"))
        .agg(F.count("*").alias("orders"))
    )


def lies_before(source: str, midnight: datetime) -> Column:
    """Return whether an order is of a source and the days before a midnight that are looked at."""
    at, since = F.col("ordered_at"), midnight - timedelta(days=MOST_DAYS)
    return (F.col("source") == source) & (at < tables.instant(midnight)) & (at >= tables.instant(since))


def learn(orders: DataFrame, midnights: Mapping[str, datetime], alerts_a_week: float) -> RateBaseline:
    """Return the bands of each source's midnight; sources with too short a history have none."""
    sources = {}
    for source, (cities, counts) in histories(orders, midnights).items():
        bands = History.of(counts).bands(counts.days, alerts_a_week)
        if bands:
            sources[source] = cities, bands
    return RateBaseline(max(midnights.values(), default=EPOCH), sources)


def histories(orders: DataFrame, midnights: Mapping[str, datetime]) -> dict[str, tuple[tuple[str, ...], Counts]]:
    """Return by source the shop, its busiest cities, and their counts from the first order's day to its midnight."""
    frame = orders.toPandas()
    ends = frame["source"].map(midnights).astype("datetime64[s]")
    frame["day"] = (frame["day"].astype("datetime64[s]") - ends).dt.days
    result = {}
    for source, rows in frame.groupby("source"):
        busiest = rows.groupby("city")["orders"].sum().nlargest(MOST_CITIES).index.sort_values()
        cities = (SHOP, *busiest)
        first = int(rows["day"].min())
        counts = np.zeros((len(cities), -first, HOURS))
        day, hour, number = rows["day"].to_numpy() - first, rows["hour"].to_numpy(), rows["orders"].to_numpy()
        np.add.at(counts[0], (day, hour), number)
        place = rows["city"].map({city: at for at, city in enumerate(cities)}).fillna(0).astype(int).to_numpy()
        of_city = place > 0
        np.add.at(counts, (place[of_city], day[of_city], hour[of_city]), number[of_city])
        result[str(source)] = cities, Counts(counts, (midnights[str(source)] + timedelta(days=first)).weekday())
    return result


def rows_of(baseline: RateBaseline) -> Iterator[tuple[Any, ...]]:
    """Yield the columns of the table but the first: a row per source, city, weekday and hour, and one for the day."""
    for source, (cities, bands) in baseline.sources.items():
        up, down = bands.thresholds
        for place, city in enumerate(cities):
            for weekday in range(WEEKDAYS):
                means = bands.means[place, weekday].tolist()
                hourly, daily = float(bands.hourly[place]), float(bands.daily[place])
                for hour, mean in enumerate(means):
                    yield source, city, weekday + 1, hour, mean, hourly, up.hour, down.hour
                yield source, city, weekday + 1, None, sum(means), daily, up.day, down.day


def of_rows(as_of: datetime, rows: list[dict[str, Any]]) -> RateBaseline:
    """Return the baseline that rows of the table hold."""
    sources = {}
    for source in sorted({row["source"] for row in rows}):
        own = [row for row in rows if row["source"] == source]
        cities = tuple(sorted({row["city"] for row in own}))
        means, spreads = np.zeros((len(cities), WEEKDAYS, HOURS)), np.zeros((2, len(cities)))
        limits: dict[bool, tuple[float, float]] = {}
        for row in own:
            place, is_day = cities.index(row["city"]), row["hour"] is None
            spreads[int(is_day), place] = row["dispersion"]
            limits[is_day] = row["threshold_up"], row["threshold_down"]
            if not is_day:
                means[place, row["weekday"] - 1, row["hour"]] = row["expected"]
        up, down = (Thresholds(limits[False][side], limits[True][side]) for side in (UP, DOWN))
        sources[source] = cities, Bands(means, spreads[0], spreads[1], (up, down))
    return RateBaseline(as_of, sources)


def schema() -> str:
    """Return the SQL of the table's columns but the first."""
    return ", ".join(f"{name} {kind.removesuffix(' not null')}" for name, kind, _ in BASELINE_RATES.columns[1:])
