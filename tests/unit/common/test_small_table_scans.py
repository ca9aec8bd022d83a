"""Which files a query of a Delta table reads, and what it costs to find them; see `SmallTableScans.scala`."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pyspark.sql import SparkSession

OURS, DELTAS = "SmallTableFiles", "PreparedDeltaFileIndex"


@dataclass(frozen=True)
class Kept:
    """A table of numbers and what is asked of it."""

    spark: SparkSession
    name: str

    def make(self, rows: int, files: int = 1, clauses: str = "") -> None:
        """Create the table with the numbers below `rows`, in so many files."""
        self.spark.sql(f"create table {self.name} (n bigint) using delta {clauses}")
        self.spark.range(rows).selectExpr("id as n").repartition(files).writeTo(self.name).append()

    def numbers(self, where: str = "true") -> list[int]:
        """Return the numbers for which a condition holds, in order."""
        return sorted(row["n"] for row in self.spark.sql(f"select n from {self.name} where {where}").collect())

    def index(self) -> str:
        """Return the name of the index by which a query finds the files."""
        plan = self.spark.sql(f"explain select n from {self.name} where n > 1").collect()[0][0]
        return next(name for name in (OURS, DELTAS) if f"Location: {name}" in plan)

    def jobs(self) -> int:
        """Return how many Spark jobs a query of the table runs."""
        group, context = uuid.uuid4().hex, self.spark.sparkContext
        context.setJobGroup(group, "counted")
        self.numbers("n > 1")
        context.setLocalProperty("spark.jobGroup.id", None)  # type: ignore[arg-type]
        return len(context.statusTracker().getJobIdsForGroup(group))


@pytest.fixture
def table(spark: SparkSession) -> Iterator[Kept]:
    """Return a table that is not yet there."""
    name = f"small_{uuid.uuid4().hex[:8]}"
    yield Kept(spark, name)
    spark.sql(f"drop table if exists {name}")


def test_a_query_of_a_small_table_is_one_job_that_reads_it(table: Kept) -> None:
    table.make(5)
    assert (table.index(), table.numbers("n > 1"), table.jobs()) == (OURS, [2, 3, 4], 1)


def test_deleted_rows_stay_away_and_are_found_without_a_further_job(table: Kept) -> None:
    table.make(5, clauses="tblproperties ('delta.enableDeletionVectors' = 'true')")
    table.spark.sql(f"delete from {table.name} where n = 3")
    assert (table.index(), table.numbers(), table.jobs()) == (OURS, [0, 1, 2, 4], 1)


def test_every_version_is_read_as_it_was(table: Kept) -> None:
    table.make(2)
    table.spark.sql(f"insert into {table.name} values (7)")
    assert table.numbers() == [0, 1, 7]
    table.spark.sql(f"create or replace table {table.name} using delta as select 9L as n")
    assert table.numbers() == [9]
    old = table.spark.sql(f"select n from {table.name} version as of 1").collect()
    assert sorted(row["n"] for row in old) == [0, 1]


def test_a_table_may_read_itself_while_it_is_written(table: Kept) -> None:
    table.make(3)
    table.spark.sql(f"insert into {table.name} select n + 10 from {table.name}")
    table.spark.sql(
        f"merge into {table.name} kept using (select n + 1 as n from {table.name}) fresh on kept.n = fresh.n "
        "when matched then delete when not matched then insert *"
    )
    assert table.numbers() == [0, 3, 10, 13]


def test_a_log_with_a_checkpoint_is_read_too(table: Kept) -> None:
    table.make(1, clauses="tblproperties ('delta.checkpointInterval' = '2')")
    for number in (1, 2, 3):
        table.spark.sql(f"insert into {table.name} values ({number})")
    assert (table.index(), table.numbers(), table.jobs()) == (OURS, [0, 1, 2, 3], 1)


def test_a_condition_that_holds_a_query_keeps_its_rows(table: Kept) -> None:
    table.make(5)
    assert table.numbers(f"n = (select max(n) from {table.name})") == [4]
    assert table.numbers(f"n in (select n - 3 from {table.name})") == [0, 1]


def test_two_scans_of_one_table_are_of_one_version(table: Kept) -> None:
    table.make(4)
    joined = f"select l.n from {table.name} l join {table.name} r on l.n = r.n where l.n > 1 and r.n < 3"
    assert [row["n"] for row in table.spark.sql(joined).collect()] == [2]


@pytest.mark.parametrize(("files", "expected"), [(16, OURS), (17, DELTAS)])
def test_a_table_of_many_files_is_left_to_the_statistics_of_delta(table: Kept, files: int, expected: str) -> None:
    table.make(200, files)
    assert (table.index(), table.numbers("n > 197")) == (expected, [198, 199])


@pytest.mark.parametrize(
    ("where", "expected"),
    [("d = '2025-01-02'", [1]), ("d > '2025-01-01' and n < 2", [1]), ("d is null", [3]), ("year(d) = 2025", [0, 1, 2])],
)
def test_of_a_partitioned_table_the_partitions_asked_for_are_read(table: Kept, where: str, expected: list[int]) -> None:
    rows = "select id as n, if(id < 3, date '2025-01-01' + cast(id as int), null) as d from range(4)"
    table.spark.sql(f"create table {table.name} using delta partitioned by (d) as {rows}")
    assert (table.index(), table.numbers(where), table.jobs()) == (OURS, expected, 1)


def test_partitions_that_another_table_names_are_read(table: Kept) -> None:
    table.spark.sql(f"create table {table.name} using delta partitioned by (d) as select id n, id % 3 d from range(9)")
    wanted = f"d in (select n from {table.name} where n = 2)"
    assert table.numbers(wanted) == [2, 5, 8]
