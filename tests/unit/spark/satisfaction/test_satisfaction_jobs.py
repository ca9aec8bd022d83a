"""Satisfaction from its feature table to stored scores: a first model, challengers, and lakes that give little."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from common import tables
from common.errors import UserError
from common.settings import Settings, read_settings
from spark.ml import promotion, registry
from spark.satisfaction import score, train

AS_OF = datetime(2024, 1, 10)
# A customer's membership tells the level, mostly; the city tells nothing.
CUSTOMERS = """
    select
        'shop' as source,
        cast(id as string) as customer_id,
        {as_of} as as_of,
        cast(20 + id % 7 as int) as age,
        cast(null as string) as gender,
        element_at(array('Riga', 'Lyon', 'Bern'), cast(1 + id % 3 as int)) as city,
        element_at(array('Gold', 'Silver', 'Bronze'), cast(1 + id % 4 % 3 as int)) as membership_type,
        cast(id as decimal(18, 4)) as total_spend,
        id as items_purchased,
        cast(4.5 as decimal(4, 2)) as average_rating,
        id % 5 = 0 as discount_applied,
        cast({days} + id % 3 as int) as days_since_last_purchase,
        1 + id % 6 as orders,
        id % 2 as returns,
        cast(40 as int) as tenure_days,
        id % 9 = 0 as has_returned_since_purchase,
        {level} as satisfaction_level,
        {known_at} as level_known_at
    from range({first}, {last})
"""
LEVEL = "element_at(array('Satisfied', 'Neutral', 'Unsatisfied'), cast(1 + if(id % 11 = 0, id, id % 4) % 3 as int))"
TURNED = "element_at(array('Neutral', 'Unsatisfied', 'Satisfied'), cast(1 + id % 4 % 3 as int))"


def rated(first: int, last: int, day: datetime, level: str = LEVEL) -> str:
    """Return the SQL of customers who rated on a day, two days after they had bought."""
    known_at = tables.instant_sql(day + timedelta(days=1))
    return CUSTOMERS.format(
        as_of=tables.instant_sql(day), days=2, level=level, known_at=known_at, first=first, last=last
    )


def scored(first: int, last: int, as_of: datetime) -> str:
    """Return the SQL of customers to be scored, who have not bought for long."""
    known_at, level = "cast(null as timestamp)", "cast(null as string)"
    return CUSTOMERS.format(
        as_of=tables.instant_sql(as_of), days=90, level=level, known_at=known_at, first=first, last=last
    )


def fill(spark: SparkSession, as_of: datetime, *parts: str) -> None:
    """Make the lake one of a day, with these features."""
    spark.sql(
        f"create or replace table core.run_bounds using delta as "
        f"select {tables.instant_sql(as_of)} as as_of, 1l as max_ingest_seq, 1l as max_snapshot_seq"
    )
    spark.sql(f"create or replace table {train.FEATURES} using delta as {' union all '.join(parts)}")


@pytest.fixture
def lake(predictions: SparkSession) -> Iterator[SparkSession]:
    """Return a session with a lake of 120 customers with a level, and 30 more to be scored."""
    for schema in ("core", "satisfaction"):
        predictions.sql(f"create schema if not exists {schema}")
    fill(predictions, AS_OF, rated(0, 120, AS_OF - timedelta(days=5)), scored(0, 150, AS_OF))
    yield predictions
    for schema in ("core", "satisfaction"):
        predictions.sql(f"drop schema {schema} cascade")


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return read_settings({"HDFS_URL": f"file://{tmp_path_factory.mktemp('lake')}"})


@pytest.fixture
def trained(lake: SparkSession, settings: Settings, train_once: Callable[..., None]) -> SparkSession:
    """Return the session with the lake and its first model."""
    train_once(lambda: train.run(lake, settings))
    return lake


def features(spark: SparkSession) -> tuple[str, ...]:
    """Return what the champion reads."""
    champion = registry.champion(spark, "satisfaction")
    assert champion is not None
    return champion.features


def test_from_features_to_scores(lake: SparkSession, settings: Settings) -> None:
    assert "no model yet" in score.run(lake, settings)
    said = train.run(lake, settings).splitlines()
    assert said[0].startswith("satisfaction 0001-20240110-")
    assert said[0].endswith("; 120 rows, 5 grouped folds")
    assert said[1].split(", ") == [
        "  120 customers have a known level",
        "120 of them differ in more than the customer",
        "30 to be scored have none.",
    ]
    assert said[2].startswith("  membership_type alone is right in ")
    assert "it knows something of any city" in said[3]
    assert said[4].startswith("  days_since_last_purchase is left out: of 100% of the customers to be scored")
    stored = tables.read(lake, registry.STATEMENTS).orderBy("place").collect()
    assert [row["statement"] for row in stored] == [line.strip() for line in said[1:]]
    assert "unchanged" in train.run(lake, settings)

    for _ in range(2):
        assert "150 customers scored" in score.run(lake, settings)
    scores = tables.read(lake, score.TABLE, AS_OF)
    assert scores.count() == 150
    assert scores.where("confidence not between 0 and 1").isEmpty()
    assert {row[0] for row in scores.select("predicted_satisfaction").distinct().collect()} == {
        "Satisfied",
        "Neutral",
        "Unsatisfied",
    }
    assert lake.sql("select max(psi) from predictions.drift").collect()[0][0] == 0.0
    subjects = {row["subject"] for row in tables.read(lake, registry.EVALUATIONS).collect()}
    assert subjects == {"model", "majority", "best_column", "best_column_balanced", "leave_one_city_out"}
    assert "orders bigint" in features(lake) and "days_since_last_purchase int" not in features(lake)

    # The same rows again: a challenger that is made the same way, which draws.
    again = train.run(lake, settings, again=True).splitlines()[0]
    assert (
        "a challenger of 0001-" in again and "macro_f1 difference +0.0000 (95 % +0.0000 to +0.0000), not won" in again
    )
    assert again.endswith(
        "(by learning anew on the same folds, since too few levels became known since it was trained)"
    )
    with pytest.raises(UserError, match="did not win"):
        promotion.promote(lake, "satisfaction", AS_OF)


def test_a_champion_is_asked_about_what_became_known_since(trained: SparkSession, settings: Settings) -> None:
    later = AS_OF + timedelta(days=10)
    known = rated(0, 120, AS_OF - timedelta(days=5))
    # Levels turned round: the champion is wrong about nearly all.
    fill(trained, later, known, rated(200, 240, AS_OF + timedelta(days=2), TURNED), scored(0, 240, later))
    said = train.run(trained, settings).splitlines()[0]
    assert said.endswith("won: `make promote TASK=satisfaction` (on 40 levels that became known since it was trained)")
    theirs = tables.read(trained, registry.EVALUATIONS).where("subject = 'champion' and metric = 'accuracy'").collect()
    assert [row["value"] for row in theirs] == [0.0]
    assert "promoted: macro_f1 " in promotion.promote(trained, "satisfaction", later)

    # 29 levels are too few, whatever they say.
    after = later + timedelta(days=10)
    fill(trained, after, known, rated(300, 329, later + timedelta(days=2)), scored(0, 329, after))
    assert "by learning anew on the same folds" in train.run(trained, settings).splitlines()[0]


def test_a_rating_of_the_training_day_or_later_is_new_and_one_before_it_is_not(
    trained: SparkSession, settings: Settings
) -> None:
    later = AS_OF + timedelta(days=10)
    for day, told in ((AS_OF, "on 40 levels"), (AS_OF - timedelta(days=1), "by learning anew")):
        fill(trained, later, rated(0, 120, AS_OF - timedelta(days=5)), rated(200, 240, day), scored(0, 240, later))
        assert f"({told}" in train.run(trained, settings).splitlines()[0]


def test_a_champion_that_cannot_read_the_features_gives_way(trained: SparkSession, settings: Settings) -> None:
    trained.sql(
        "create or replace temp view wider as select * except (orders), cast(orders as int) as orders from "
        f"{train.FEATURES}"
    )
    trained.sql(f"create or replace table {train.FEATURES} using delta as select * from wider")
    with pytest.raises(UserError, match="orders is int, was bigint"):
        score.run(trained, settings)
    assert "which was not measured" in train.run(trained, settings, again=True).splitlines()[0]
    assert "was not measured on the same rows" in promotion.promote(trained, "satisfaction", AS_OF)
    assert "satisfaction 0002-" in score.run(trained, settings)


def test_a_planted_leak_and_a_missing_column_are_named_and_the_champion_stays(
    trained: SparkSession, settings: Settings
) -> None:
    """One lake for both, as each needs a champion and training it is slow."""
    champion = registry.champion(trained, "satisfaction")
    # Nobody's gender is known until it copies the label.
    trained.sql(f"update {train.FEATURES} set gender = satisfaction_level")
    refused = "satisfaction: not published, the champion stays: gender alone tells the label"
    with pytest.raises(UserError, match=refused):
        train.run(trained, settings)
    assert registry.newest(trained, "satisfaction") == registry.champion(trained, "satisfaction") == champion

    trained.sql(f"create or replace temp view poorer as select * except (city) from {train.FEATURES}")
    trained.sql(f"create or replace table {train.FEATURES} using delta as select * from poorer")
    with pytest.raises(UserError, match="satisfaction_features has no column city; run `make marts`"):
        train.run(trained, settings)
    with pytest.raises(UserError, match=r"changed since satisfaction 0001-.*: city is gone"):
        score.run(trained, settings)
    assert len(registry.published(trained, "satisfaction")) == 1


def test_nothing_to_learn_is_said_with_its_reason(lake: SparkSession, settings: Settings) -> None:
    lake.sql(f"update {train.FEATURES} set satisfaction_level = 'Neutral' where satisfaction_level is not null")
    assert train.run(lake, settings) == "satisfaction: nothing to learn: every known level is Neutral"
    fill(lake, AS_OF, rated(0, 1, AS_OF - timedelta(days=5)), scored(0, 1, AS_OF))
    assert train.run(lake, settings) == "satisfaction: nothing to learn: every known level is Satisfied"
    fill(lake, AS_OF, scored(0, 9, AS_OF))
    assert train.run(lake, settings) == "satisfaction: nothing to learn: no customer's satisfaction is known"
    fill(lake, AS_OF, f"select * from ({scored(0, 1, AS_OF)}) where false")
    assert train.run(lake, settings) == "satisfaction: nothing to learn: no customer's satisfaction is known"
    assert tables.read(lake, registry.TABLE).isEmpty()


def test_two_customers_alike_but_for_the_level_leave_nothing_to_hold_out(
    lake: SparkSession, settings: Settings
) -> None:
    one = rated(0, 1, AS_OF, "'Satisfied'")
    other = rated(0, 1, AS_OF, "'Unsatisfied'").replace("cast(id as string)", "'other'")
    fill(lake, AS_OF, one, other, scored(0, 1, AS_OF))
    assert train.run(lake, settings) == "satisfaction: nothing to learn: the rows with a known level are all alike"


def test_unknown_demographics_leave_the_other_columns(lake: SparkSession, settings: Settings) -> None:
    lake.sql(f"update {train.FEATURES} set age = null, city = null, membership_type = null")
    said = train.run(lake, settings).splitlines()
    assert any("there is one city alone" in line for line in said)
    assert "age int" not in features(lake)
    assert "150 customers scored" in score.run(lake, settings)


def test_training_that_is_cut_off_leaves_the_champion_and_is_written_over(
    trained: SparkSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = registry.champion(trained, "satisfaction")
    with monkeypatch.context() as cut:
        cut.setattr(registry, "code_revision", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            train.run(trained, settings, again=True)
    assert registry.champion(trained, "satisfaction") == first == registry.newest(trained, "satisfaction")
    assert "satisfaction 0001-" in score.run(trained, settings)
    assert train.run(trained, settings, again=True).startswith("satisfaction 0002-")
    places = tables.read(trained, registry.STATEMENTS).groupBy("version", "place").count()
    assert places.where("count > 1").isEmpty()
