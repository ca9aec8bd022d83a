"""The lake's clocks: every job takes its sources' as-of dates from the run's bounds, never from the wall clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.errors import UserError
from common.frames import one_row

EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Clock:
    """A source's clock: the day that begins at `as_of` (naive, UTC), which is a midnight of its zone."""

    source: str
    day: date
    as_of: datetime


@dataclass(frozen=True)
class RunBounds:
    """What one run may see: of each source the events before its clock, and batches up to the two numbers."""

    clocks: Sequence[Clock]
    max_ingest_seq: int
    max_snapshot_seq: int

    @property
    def as_of(self) -> datetime:
        """Return the newest day of all sources as a naive midnight, by which what is of all of them is called."""
        return max((datetime.combine(clock.day, time()) for clock in self.clocks), default=EPOCH)

    @property
    def midnights(self) -> dict[str, datetime]:
        """Return by source the first UTC midnight at its clock or behind it, naive: the monitor's days are UTC's."""
        return {one.source: one.as_of + (EPOCH - one.as_of) % timedelta(days=1) for one in self.clocks}

    @property
    def until(self) -> datetime:
        """Return the UTC midnight, naive, before which everything that the run may see of any source lies."""
        return max(self.midnights.values(), default=EPOCH)

    def is_now(self, moment: str = "as_of") -> Column:
        """Return whether a row's instant, in the named column, is the as-of date of its source."""
        rows = ((F.col("source") == one.source) & (F.col(moment) == tables.instant(one.as_of)) for one in self.clocks)
        return reduce(or_, rows, F.lit(False))


def run_bounds(spark: SparkSession) -> RunBounds:
    """Return the bounds that the last dbt run fixed.

    Raises:
        UserError: dbt has not run yet, or an earlier version of this project ran it.
    """
    # As text, because Python would shift a timestamp into its own time zone.
    as_of = F.date_format("as_of", "yyyy-MM-dd HH:mm:ss").alias("as_of")
    sources = tables.read(spark, "core.run_bounds")
    if "as_of_day" not in sources.columns:
        raise UserError("core.run_bounds is of an earlier version of this project; run `make marts`")
    rows = sources.orderBy("source").select("source", "as_of_day", as_of).collect()
    batches = one_row(tables.read(spark, "core.run_batches"))
    clocks = tuple(Clock(row["source"], row["as_of_day"], datetime.fromisoformat(row["as_of"])) for row in rows)
    return RunBounds(clocks, batches["max_ingest_seq"], batches["max_snapshot_seq"])
