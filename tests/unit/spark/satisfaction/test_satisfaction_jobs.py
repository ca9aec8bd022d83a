"""Satisfaction from its feature table to stored scores: a first model, challengers, and lakes that give little."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from common import tables
from common.errors import UserError
from common.settings import Settings
from spark.ml import promotion, publication, registry
from spark.ml.lifecycle import train
from spark.ml.scoring import score
from spark.satisfaction.model import MART
from spark.satisfaction.score import SCORING
from spark.satisfaction.train import TRAINING
from tests.unit.spark.run_bounds import set_as_of

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


def with_level(first: int, last: int, day: datetime, level: str = LEVEL) -> str:
    """Return the SQL of customers who rated on a day, two days after they had bought."""
    known_at = tables.instant_sql(day + timedelta(days=1))
    return CUSTOMERS.format(
        as_of=tables.instant_sql(day), days=2, level=level, known_at=known_at, first=first, last=last
    )


def to_score(first: int, last: int, as_of: datetime) -> str:
    """Return the SQL of customers to be scored, who have not bought for long."""
    known_at, level = "cast(null as timestamp)", "cast(null as string)"
    return CUSTOMERS.format(
        as_of=tables.instant_sql(as_of), days=90, level=level, known_at=known_at, first=first, last=last
    )


def fill(spark: SparkSession, as_of: datetime, *parts: str) -> None:
    """Make the lake one of a day, with these features."""
    set_as_of(spark, as_of)
    spark.sql(f"create or replace table {MART.name} using delta as {' union all '.join(parts)}")


@pytest.fixture
def lake(marts: SparkSession) -> SparkSession:
    """Return a session with a lake of 120 customers with a level, and 30 more to be scored."""
    fill(marts, AS_OF, with_level(0, 120, AS_OF - timedelta(days=5)), to_score(0, 150, AS_OF))
    return marts


@pytest.fixture
def trained_lake(lake: SparkSession, settings: Settings, train_once: Callable[..., None]) -> SparkSession:
    """Return the session with the lake and its first model."""
    train_once(lambda: train(lake, settings, TRAINING))
    return lake


def features(spark: SparkSession) -> tuple[str, ...]:
    """Return what the champion reads."""
    champion = registry.champion(spark, "satisfaction")
    assert champion is not None
    return champion.features


def test_from_features_to_scores(lake: SparkSession, settings: Settings) -> None:
    assert "no model yet" in score(lake, SCORING)
    lines = train(lake, settings, TRAINING).splitlines()
    assert lines[0].startswith("satisfaction 0001-20240110-")
    assert lines[0].endswith("; 120 rows, 5 grouped folds")
    assert lines[1].split(", ") == [
        "  120 customers have a known level",
        "120 of them differ in more than the customer",
        "30 to be scored have none.",
    ]
    assert lines[2].startswith("  membership_type alone is right in ")
    assert "it knows something of any city" in lines[3]
    assert lines[4].startswith("  days_since_last_purchase is left out: of 100% of the customers to be scored")
    stored = tables.read(lake, publication.STATEMENTS).orderBy("place").collect()
    assert [row["statement"] for row in stored] == [line.strip() for line in lines[1:]]
    assert "unchanged" in train(lake, settings, TRAINING)

    for _ in range(2):
        assert "150 customers scored" in score(lake, SCORING)
    scores = tables.read(lake, SCORING.table, AS_OF)
    assert scores.count() == 150
    assert scores.where("confidence not between 0 and 1").isEmpty()
    assert {row[0] for row in scores.select("predicted_satisfaction").distinct().collect()} == {
        "Satisfied",
        "Neutral",
        "Unsatisfied",
    }
    assert lake.sql("select max(psi) from predictions.drift").collect()[0][0] == 0.0
    subjects = {row["subject"] for row in tables.read(lake, publication.EVALUATIONS).collect()}
    assert subjects == {"model", "majority", "best_column", "best_column_balanced", "leave_one_city_out"}
    assert "orders bigint" in features(lake) and "days_since_last_purchase int" not in features(lake)


def test_the_same_rows_again_make_a_challenger_that_draws(trained_lake: SparkSession, settings: Settings) -> None:
    again = train(trained_lake, settings, TRAINING, again=True).splitlines()[0]
    assert "a challenger of 0001-" in again
    assert "macro_f1 difference +0.0000 (95 % +0.0000 to +0.0000), not won" in again
    assert again.endswith(
        "(by learning again on the same folds, since too few levels became known since it was trained)"
    )
    with pytest.raises(UserError, match="did not win"):
        promotion.promote(trained_lake, "satisfaction", AS_OF)


def test_a_champion_is_asked_about_what_became_known_since(trained_lake: SparkSession, settings: Settings) -> None:
    later = AS_OF + timedelta(days=10)
    known = with_level(0, 120, AS_OF - timedelta(days=5))
    # Levels turned round: the champion is wrong about nearly all.
    turned = with_level(200, 240, AS_OF + timedelta(days=2), TURNED)
    fill(trained_lake, later, known, turned, to_score(0, 240, later))
    line = train(trained_lake, settings, TRAINING).splitlines()[0]
    assert line.endswith("won: `make promote TASK=satisfaction` (on 40 levels that became known since it was trained)")
    measures = tables.read(trained_lake, publication.EVALUATIONS)
    theirs = measures.where("subject = 'champion' and metric = 'accuracy'").collect()
    assert [row["value"] for row in theirs] == [0.0]
    assert "promoted: macro_f1 " in promotion.promote(trained_lake, "satisfaction", later)

    # 29 levels are too few, whatever they say.
    after = later + timedelta(days=10)
    fill(trained_lake, after, known, with_level(300, 329, later + timedelta(days=2)), to_score(0, 329, after))
    assert "by learning again on the same folds" in train(trained_lake, settings, TRAINING).splitlines()[0]


def test_a_rating_of_the_training_day_or_later_is_new_and_one_before_it_is_not(
    trained_lake: SparkSession, settings: Settings
) -> None:
    later = AS_OF + timedelta(days=10)
    for day, words in ((AS_OF, "on 40 levels"), (AS_OF - timedelta(days=1), "by learning again")):
        known = with_level(0, 120, AS_OF - timedelta(days=5))
        fill(trained_lake, later, known, with_level(200, 240, day), to_score(0, 240, later))
        assert f"({words}" in train(trained_lake, settings, TRAINING).splitlines()[0]


def test_a_champion_that_cannot_read_the_features_gives_way(trained_lake: SparkSession, settings: Settings) -> None:
    trained_lake.sql(
        f"create or replace temp view wider as select * except (orders), cast(orders as int) as orders from {MART.name}"
    )
    trained_lake.sql(f"create or replace table {MART.name} using delta as select * from wider")
    with pytest.raises(UserError, match="orders is int, was bigint"):
        score(trained_lake, SCORING)
    assert "which was not measured" in train(trained_lake, settings, TRAINING, again=True).splitlines()[0]
    assert "was not measured on the same rows" in promotion.promote(trained_lake, "satisfaction", AS_OF)
    assert "satisfaction 0002-" in score(trained_lake, SCORING)


def test_a_planted_leak_and_a_missing_column_are_named_and_the_champion_stays(
    trained_lake: SparkSession, settings: Settings
) -> None:
    """One lake for both, as each needs a champion and training it is slow."""
    champion = registry.champion(trained_lake, "satisfaction")
    # Nobody's gender is known until it copies the label.
    trained_lake.sql(f"update {MART.name} set gender = satisfaction_level")
    refused = "satisfaction: not published, the champion stays: gender alone tells the label"
    with pytest.raises(UserError, match=refused):
        train(trained_lake, settings, TRAINING)
    assert registry.newest(trained_lake, "satisfaction") == registry.champion(trained_lake, "satisfaction") == champion

    trained_lake.sql(f"create or replace temp view poorer as select * except (city) from {MART.name}")
    trained_lake.sql(f"create or replace table {MART.name} using delta as select * from poorer")
    with pytest.raises(UserError, match="satisfaction_features has no column city; run `make marts`"):
        train(trained_lake, settings, TRAINING)
    with pytest.raises(UserError, match=r"changed since satisfaction 0001-.*: city is gone"):
        score(trained_lake, SCORING)
    assert len(registry.versions(trained_lake, "satisfaction")) == 1


def test_nothing_to_learn_is_said_with_its_reason(lake: SparkSession, settings: Settings) -> None:
    lake.sql(f"update {MART.name} set satisfaction_level = 'Neutral' where satisfaction_level is not null")
    assert train(lake, settings, TRAINING) == "satisfaction: nothing to learn: every known level is Neutral"
    fill(lake, AS_OF, with_level(0, 1, AS_OF - timedelta(days=5)), to_score(0, 1, AS_OF))
    assert train(lake, settings, TRAINING) == "satisfaction: nothing to learn: every known level is Satisfied"
    fill(lake, AS_OF, to_score(0, 9, AS_OF))
    assert train(lake, settings, TRAINING) == "satisfaction: nothing to learn: no customer's satisfaction is known"
    fill(lake, AS_OF, f"select * from ({to_score(0, 1, AS_OF)}) where false")
    assert train(lake, settings, TRAINING) == "satisfaction: nothing to learn: no customer's satisfaction is known"
    assert tables.read(lake, registry.TABLE).isEmpty()


def test_two_customers_alike_but_for_the_level_leave_nothing_to_hold_out(
    lake: SparkSession, settings: Settings
) -> None:
    one = with_level(0, 1, AS_OF, "'Satisfied'")
    other = with_level(0, 1, AS_OF, "'Unsatisfied'").replace("cast(id as string)", "'other'")
    fill(lake, AS_OF, one, other, to_score(0, 1, AS_OF))
    assert (
        train(lake, settings, TRAINING) == "satisfaction: nothing to learn: the rows with a known level are all alike"
    )


def test_unknown_demographics_leave_the_other_columns(lake: SparkSession, settings: Settings) -> None:
    lake.sql(f"update {MART.name} set age = null, city = null, membership_type = null")
    lines = train(lake, settings, TRAINING).splitlines()
    assert any("there is one city alone" in line for line in lines)
    assert "age int" not in features(lake)
    assert "150 customers scored" in score(lake, SCORING)


def test_training_that_is_cut_off_leaves_the_champion_and_is_written_over(
    trained_lake: SparkSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = registry.champion(trained_lake, "satisfaction")
    with monkeypatch.context() as cut:
        cut.setattr(publication, "code_revision", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            train(trained_lake, settings, TRAINING, again=True)
    assert registry.champion(trained_lake, "satisfaction") == first == registry.newest(trained_lake, "satisfaction")
    assert "satisfaction 0001-" in score(trained_lake, SCORING)
    assert train(trained_lake, settings, TRAINING, again=True).startswith("satisfaction 0002-")
    places = tables.read(trained_lake, publication.STATEMENTS).groupBy("version", "place").count()
    assert places.where("count > 1").isEmpty()
