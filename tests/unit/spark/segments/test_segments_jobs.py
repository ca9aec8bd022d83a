"""Segments from their tables to stored assignments: a first model, challengers, lakes that give nothing to learn."""

from datetime import datetime, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.errors import UserError
from common.run_bounds import Clock, RunBounds
from common.settings import Settings
from spark.ml import promotion, publication, registry
from spark.ml.lifecycle import train
from spark.ml.scoring import score
from spark.segments import model
from spark.segments.evaluate import evaluate
from spark.segments.score import SCORING
from spark.segments.train import PAST, TRAINING, prepare
from tests.unit.spark.run_bounds import set_as_of

AS_OF = datetime(2011, 12, 10)
BOUNDS = RunBounds((Clock("shop", AS_OF.date(), AS_OF),), 1, 1)
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
def lake(marts: SparkSession) -> SparkSession:
    """Return a session with a lake of 80 customers, today and at the cut."""
    set_as_of(marts, AS_OF)
    fill(marts, 80)
    return marts


def today(spark: SparkSession, customers: int) -> DataFrame:
    """Return the features of so many customers of today."""
    return spark.sql(CUSTOMERS.format(day=tables.instant_sql(AS_OF), customers=customers))


def past(spark: SparkSession, customers: int) -> DataFrame:
    """Return what was known of so many customers at the cut, and what they spent since."""
    rows = CUSTOMERS.format(day=tables.instant_sql(CUT), customers=customers)
    return spark.sql(OUTCOMES.format(until=tables.instant_sql(AS_OF), customers=rows))


def fill(spark: SparkSession, customers: int) -> None:
    """Put so many customers of today and of the cut into the lake."""
    for rows, table in ((today(spark, customers), model.MART.name), (past(spark, customers), PAST.name)):
        rows.write.format("delta").mode("overwrite").saveAsTable(table)


def replace(spark: SparkSession, rows: DataFrame, table: str) -> None:
    """Put rows in the place of a table's, whatever their columns are."""
    rows.write.format("delta").mode("overwrite").option("overwriteSchema", "true").saveAsTable(table)


def values_of(spark: SparkSession, version: str) -> dict[tuple[str, str], float]:
    """Return the measures of the models whose version begins so."""
    rows = tables.read(spark, publication.EVALUATIONS).where(f"version like '{version}%'").collect()
    return {(row["subject"], row["metric"]): row["value"] for row in rows}


def ids(spark: SparkSession) -> dict[int, set[int]]:
    """Return the segments that each kind of customer is stored in."""
    rows = tables.read(spark, SCORING.table, AS_OF).selectExpr("1 + customer_id % 4 as kind", "segment_id").collect()
    return {kind: {row["segment_id"] for row in rows if row["kind"] == kind} for kind in range(1, 5)}


def test_from_features_to_assignments(lake: SparkSession, settings: Settings) -> None:
    # The first model has not seen the fourth kind, and puts it in with the third.
    assert "no model yet" in score(lake, SCORING)
    lake.sql("delete from segments.segment_outcomes where monetary < 100")
    summary = train(lake, settings, TRAINING)
    assert summary.startswith("segments 0001-20111210-")
    assert "3 groups, silhouette 1.000, stability 1.000, eta squared of the next spend 0." in summary
    assert summary.endswith("; 60 customers")
    assert "unchanged" in train(lake, settings, TRAINING)
    for _ in range(2):
        assert "80 customers: " in score(lake, SCORING)
    assert ids(lake) == {1: {1}, 2: {2}, 3: {3}, 4: {3}}

    # A challenger that knows it explains more, and goes on with the ids.
    fill(lake, 80)
    assert "4 groups" in train(lake, settings, TRAINING)
    assert "promoted: eta_squared" in promotion.promote(lake, "segments", AS_OF)
    score(lake, SCORING)
    assert ids(lake) == {1: {1}, 2: {2}, 3: {3}, 4: {4}}
    values = values_of(lake, "0002")
    assert {subject for subject, _ in values} == {"model", "champion", "rfm_grid", "rfm_segments"}
    # The grid's three cells and the two names put kinds together that spend differently.
    assert (
        1 > values["model", "eta_squared"] > values["rfm_grid", "eta_squared"] > values["rfm_segments", "eta_squared"]
    )

    # The same rows again: a challenger, no better than itself.
    again = train(lake, settings, TRAINING, again=True)
    assert again.endswith("eta_squared difference +0.0000 (95 % +0.0000 to +0.0000), not won")
    with pytest.raises(UserError, match="did not win"):
        promotion.promote(lake, "segments", AS_OF)
    assert "segments 0002-" in score(lake, SCORING)

    # Nothing to learn: the champion stays.
    fill(lake, 1)
    assert "nothing to learn: 1 customers" in train(lake, settings, TRAINING)
    champion = registry.champion(lake, "segments")
    assert champion and champion.version.startswith("0002-")


def test_a_champion_of_other_features_gives_way(lake: SparkSession, settings: Settings) -> None:
    train(lake, settings, TRAINING)
    for table in (model.MART.name, PAST.name):
        other = tables.read(lake, table).withColumn("frequency", F.col("frequency").cast("int")).localCheckpoint()
        replace(lake, other, table)
    with pytest.raises(UserError, match="frequency is int, was bigint"):
        score(lake, SCORING)
    assert train(lake, settings, TRAINING).endswith("which was not measured")
    assert "was not measured on the same rows" in promotion.promote(lake, "segments", AS_OF)
    assert "80 customers: " in score(lake, SCORING)


def test_too_few_or_alike_are_nothing_to_learn(lake: SparkSession, settings: Settings) -> None:
    lake.sql("update segments.segment_outcomes set recency_days = 9, frequency = 2, monetary = 5")
    assert "80 customers with known purchases, too few or too alike to group" in train(lake, settings, TRAINING)
    fill(lake, 3)
    assert "nothing to learn: 3 customers" in train(lake, settings, TRAINING)
    fill(lake, 0)
    assert "nothing to learn: 0 customers" in train(lake, settings, TRAINING)
    assert tables.read(lake, registry.TABLE).isEmpty()


def test_unknown_numbers_are_left_out(spark: SparkSession) -> None:
    features = today(spark, 80).withColumn("recency_days", F.expr("if(customer_id < 2, null, recency_days)"))
    earlier = past(spark, 80).withColumn("monetary", F.expr("if(customer_id < 1, null, monetary)"))
    customers = prepare(BOUNDS, features, earlier)
    assert (customers.today.count(), customers.rows.count()) == (78, 79)


@pytest.mark.parametrize(("then", "day"), [(40, CUT), (39, AS_OF), (0, AS_OF)])
def test_a_shop_that_has_more_than_doubled_learns_from_today(spark: SparkSession, then: int, day: datetime) -> None:
    rows = prepare(BOUNDS, today(spark, 80), past(spark, then)).rows
    assert [row["as_of"] for row in rows.select("as_of").distinct().collect()] == [day]


def test_tables_of_another_run_or_shape_are_refused(lake: SparkSession, settings: Settings) -> None:
    features, earlier = today(lake, 8), past(lake, 8)
    replace(lake, earlier.withColumn("spent_until", tables.instant(CUT)), PAST.name)
    with pytest.raises(
        UserError, match="segment_outcomes has no rows as of 2011-12-10, the run's date; run `make marts`"
    ):
        train(lake, settings, TRAINING)
    replace(lake, earlier.drop("next_spend"), PAST.name)
    with pytest.raises(UserError, match="segment_outcomes has no column next_spend; run `make marts`"):
        train(lake, settings, TRAINING)
    replace(lake, earlier, PAST.name)
    replace(lake, features.withColumn("as_of", tables.instant(CUT)), model.MART.name)
    with pytest.raises(UserError, match="segment_features has no rows as of 2011-12-10"):
        train(lake, settings, TRAINING)


def test_what_decides_follows_from_what_is_known(spark: SparkSession) -> None:
    customers = prepare(BOUNDS, today(spark, 80), past(spark, 80))
    rows = customers.rows
    stages, _ = model.fit(rows, 80)
    assert stages is not None
    fitted = model.pipeline(stages, {})
    # The city puts two kinds with every other two; of membership and age nothing is known.
    cities = rows.withColumn("city", F.expr("if(customer_id % 2 = 0, 'Rome', null)"))
    measures, decides = evaluate(fitted, cities, 80, fitted)
    values = {(one.subject, one.metric): one.value for one in measures}
    assert decides == "eta_squared"
    assert 0 < values["demographics", "eta_squared"] < values["model", "eta_squared"]
    assert values["champion", "eta_squared_difference"] == 0 == values["champion", "silhouette_difference"]
    # Nobody spent since; nothing is known of it.
    measures, decides = evaluate(fitted, rows.withColumn("next_spend", F.lit(0)), 80, fitted)
    assert decides == "silhouette" and "eta_squared" not in {one.metric for one in measures}
    assert evaluate(fitted, customers.today, 80, fitted) == (measures, "silhouette")
