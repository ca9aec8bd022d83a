"""Segments from their tables to stored assignments: a first model, challengers, lakes that give nothing to learn."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.errors import UserError
from common.settings import Settings, read_settings
from spark.ml import promotion, registry
from spark.segments import model, score, train
from spark.segments.evaluate import evaluate

AS_OF = datetime(2011, 12, 10)
CUT = AS_OF - timedelta(days=90)
# Four kinds of customers, told apart by everything; within a kind spend differs a little.
CUSTOMERS = """
    select
        'shop' as source,
        cast(id as string) as customer_id,
        {day} as as_of,
        element_at(array(3, 30, 90, 300), kind) as recency_days,
        cast(element_at(array(40, 10, 3, 1), kind) as bigint) as frequency,
        cast(element_at(array(9000, 1500, 300, 40), kind) * (1 + id % 7 / 50.0) as decimal(18, 4)) as monetary
    from (select id, cast(1 + id % 4 as int) as kind from range({customers}))
"""
OUTCOMES = """
    select
        *,
        case when recency_days < 60 then 3 else 1 end as recency_score,
        case when frequency > 5 then 3 else 1 end as frequency_score,
        case when monetary > 100 then 3 else 1 end as monetary_score,
        if(recency_days < 60, 'champions', 'lost') as rfm_segment,
        cast(null as string) as membership_type,
        cast(null as string) as age_group,
        cast(null as string) as city,
        cast(monetary / (1 + customer_id % 5) as decimal(18, 4)) as next_spend,
        {until} as spent_until
    from ({customers})
"""


@pytest.fixture
def lake(predictions: SparkSession) -> Iterator[SparkSession]:
    """Return a session with a lake of 80 customers, today and at the cut."""
    for schema in ("core", "segments"):
        predictions.sql(f"create schema if not exists {schema}")
    predictions.sql(
        f"create or replace table core.run_bounds using delta as "
        f"select {tables.instant_sql(AS_OF)} as as_of, 1l as max_ingest_seq, 1l as max_snapshot_seq"
    )
    fill(predictions, 80)
    yield predictions
    for schema in ("core", "segments"):
        predictions.sql(f"drop schema {schema} cascade")


def today(spark: SparkSession, customers: int) -> DataFrame:
    """Return the features of so many customers of today."""
    return spark.sql(CUSTOMERS.format(day=tables.instant_sql(AS_OF), customers=customers))


def past(spark: SparkSession, customers: int) -> DataFrame:
    """Return what was known of so many customers at the cut, and what they spent since."""
    rows = CUSTOMERS.format(day=tables.instant_sql(CUT), customers=customers)
    return spark.sql(OUTCOMES.format(until=tables.instant_sql(AS_OF), customers=rows))


def fill(spark: SparkSession, customers: int) -> None:
    """Put so many customers of today and of the cut into the lake."""
    for rows, table in ((today(spark, customers), train.FEATURES), (past(spark, customers), train.PAST)):
        rows.write.format("delta").mode("overwrite").saveAsTable(table)


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return read_settings({"HDFS_URL": f"file://{tmp_path_factory.mktemp('lake')}"})


def measured(spark: SparkSession, version: str) -> dict[tuple[str, str], float]:
    """Return the measures of the models whose version begins so."""
    rows = tables.read(spark, registry.EVALUATIONS).where(f"version like '{version}%'").collect()
    return {(row["subject"], row["metric"]): row["value"] for row in rows}


def ids(spark: SparkSession) -> dict[int, set[int]]:
    """Return the segments that each kind of customer is stored in."""
    rows = tables.read(spark, score.TABLE, AS_OF).selectExpr("1 + customer_id % 4 as kind", "segment_id").collect()
    return {kind: {row["segment_id"] for row in rows if row["kind"] == kind} for kind in range(1, 5)}


def test_from_features_to_assignments(lake: SparkSession, settings: Settings) -> None:
    # The first model has not seen the fourth kind, and puts it in with the third.
    assert "no model yet" in score.run(lake, settings)
    lake.sql("delete from segments.segment_outcomes where monetary < 100")
    said = train.run(lake, settings)
    assert said.startswith("segments 0001-20111210-")
    assert "3 groups, silhouette 1.000, stability 1.000, eta squared of the next spend 0." in said
    assert said.endswith("; 60 customers")
    assert "unchanged" in train.run(lake, settings)
    for _ in range(2):
        assert "80 customers: " in score.run(lake, settings)
    assert ids(lake) == {1: {1}, 2: {2}, 3: {3}, 4: {3}}

    # A challenger that knows it explains more, and goes on with the ids.
    fill(lake, 80)
    assert "4 groups" in train.run(lake, settings)
    assert "promoted: eta_squared" in promotion.promote(lake, "segments", AS_OF)
    score.run(lake, settings)
    assert ids(lake) == {1: {1}, 2: {2}, 3: {3}, 4: {4}}
    found = measured(lake, "0002")
    assert {subject for subject, _ in found} == {"model", "champion", "rfm_grid", "rfm_segments"}
    # The grid's three cells and the two names put kinds together that spend differently.
    assert 1 > found["model", "eta_squared"] > found["rfm_grid", "eta_squared"] > found["rfm_segments", "eta_squared"]

    # The same rows again: a challenger, no better than itself.
    again = train.run(lake, settings, again=True)
    assert again.endswith("eta_squared difference +0.0000 (95 % +0.0000 to +0.0000), not won")
    with pytest.raises(UserError, match="did not win"):
        promotion.promote(lake, "segments", AS_OF)
    assert "segments 0002-" in score.run(lake, settings)

    # Nothing to learn: the champion stays.
    fill(lake, 1)
    assert "nothing to learn: 1 customers" in train.run(lake, settings)
    champion = registry.champion(lake, "segments")
    assert champion and champion.version.startswith("0002-")


def test_a_champion_of_other_features_gives_way(lake: SparkSession, settings: Settings) -> None:
    train.run(lake, settings)
    for table in (train.FEATURES, train.PAST):
        other = tables.read(lake, table).withColumn("frequency", F.col("frequency").cast("int")).localCheckpoint()
        other.write.format("delta").mode("overwrite").option("overwriteSchema", "true").saveAsTable(table)
    with pytest.raises(UserError, match="frequency is int, was bigint"):
        score.run(lake, settings)
    assert train.run(lake, settings).endswith("which was not measured")
    assert "was not measured on the same rows" in promotion.promote(lake, "segments", AS_OF)
    assert "80 customers: " in score.run(lake, settings)


def test_too_few_or_alike_are_nothing_to_learn(lake: SparkSession, settings: Settings) -> None:
    lake.sql("update segments.segment_outcomes set recency_days = 9, frequency = 2, monetary = 5")
    assert "80 customers with known purchases, too few or too alike to group" in train.run(lake, settings)
    fill(lake, 3)
    assert "nothing to learn: 3 customers" in train.run(lake, settings)
    fill(lake, 0)
    assert "nothing to learn: 0 customers" in train.run(lake, settings)
    assert tables.read(lake, registry.TABLE).isEmpty()


def test_unknown_numbers_are_left_out(spark: SparkSession) -> None:
    features = today(spark, 80).withColumn("recency_days", F.expr("if(customer_id < 2, null, recency_days)"))
    earlier = past(spark, 80).withColumn("monetary", F.expr("if(customer_id < 1, null, monetary)"))
    assert [rows.count() for rows in train.learned_from(features, earlier, AS_OF)] == [78, 79]


@pytest.mark.parametrize(("then", "day"), [(40, CUT), (39, AS_OF), (0, AS_OF)])
def test_a_shop_that_has_more_than_doubled_learns_from_today(spark: SparkSession, then: int, day: datetime) -> None:
    _, rows = train.learned_from(today(spark, 80), past(spark, then), AS_OF)
    assert [row["as_of"] for row in rows.select("as_of").distinct().collect()] == [day]


def test_tables_of_another_run_or_shape_are_refused(spark: SparkSession) -> None:
    features, earlier = today(spark, 8), past(spark, 8)
    with pytest.raises(
        UserError, match="segment_outcomes has no rows as of 2011-12-10, the run's date; run `make marts`"
    ):
        train.learned_from(features, earlier.withColumn("spent_until", tables.instant(CUT)), AS_OF)
    with pytest.raises(UserError, match="segment_features has no rows as of 2011-12-10"):
        train.learned_from(features.withColumn("as_of", tables.instant(CUT)), earlier, AS_OF)
    with pytest.raises(UserError, match="segment_outcomes has no column next_spend; run `make marts`"):
        train.learned_from(features, earlier.drop("next_spend"), AS_OF)


def test_what_decides_follows_from_what_is_known(spark: SparkSession) -> None:
    present, rows = train.learned_from(today(spark, 80), past(spark, 80), AS_OF)
    stages, _ = model.fit(rows, 80)
    assert stages is not None
    fitted = model.named(stages, {})
    # The city puts two kinds with every other two; of membership and age nothing is known.
    told = rows.withColumn("city", F.expr("if(customer_id % 2 = 0, 'Rome', null)"))
    measures, decides = evaluate(fitted, told, 80, fitted)
    found = {(one.subject, one.metric): one.value for one in measures}
    assert decides == "eta_squared"
    assert 0 < found["demographics", "eta_squared"] < found["model", "eta_squared"]
    assert found["champion", "eta_squared_difference"] == 0 == found["champion", "silhouette_difference"]
    # Nobody spent since; nothing is known of it.
    measures, decides = evaluate(fitted, rows.withColumn("next_spend", F.lit(0)), 80, fitted)
    assert decides == "silhouette" and "eta_squared" not in {one.metric for one in measures}
    assert evaluate(fitted, present, 80, fitted) == (measures, "silhouette")
