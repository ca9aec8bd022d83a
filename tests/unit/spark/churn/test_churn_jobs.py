"""Churn from its feature tables to stored scores: a first model, a challenger, and lakes that give nothing to learn."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession

from common import tables
from common.errors import UserError
from common.settings import Settings
from common.thresholds import HOLD_OUT_CUT, TRAINING_CUTS
from spark.churn import model
from spark.churn.score import SCORING
from spark.churn.train import TRAINING
from spark.ml import promotion, publication, registry
from spark.ml.lifecycle import train
from spark.ml.scoring import score
from tests.unit.spark.run_bounds import set_as_of

AS_OF = datetime(2011, 12, 10)
# A customer's pause, orders, spend and history follow from the number; who paused for long stays away, mostly.
CUSTOMERS = """
    select
        'shop' as source,
        cast(id as string) as customer_id,
        {cut} as as_of,
        {days} as days_before,
        cast(1 + id % 90 as int) as recency_days,
        1 + id % 6 as frequency,
        cast(10 + id % 31 as decimal(18, 4)) as monetary,
        cast(1 + id % 90 + id % 50 as int) as tenure_days
    from range({first}, {last})
"""


@pytest.fixture
def lake(marts: SparkSession) -> SparkSession:
    """Return a session with a lake of 150 customers at every cut."""
    set_as_of(marts, AS_OF)
    fill(marts, 150)
    return marts


def cut_before(days: int) -> datetime:
    """Return the cut so many days before the run's."""
    return AS_OF - timedelta(days=days)


def fill(spark: SparkSession, customers: int) -> None:
    """Put the features and labels of customers into the lake; a few do not do what they mostly do."""
    cuts = (0, HOLD_OUT_CUT, *TRAINING_CUTS)
    parts = [
        CUSTOMERS.format(
            cut=tables.instant_sql(AS_OF - timedelta(days=days)), days=days, first=days, last=days + customers
        )
        for days in cuts
    ]
    spark.sql(f"create or replace table churn.churn_features using delta as {' union all '.join(parts)}")
    spark.sql(
        f"""
        create or replace table churn.churn_labels using delta as
        select source, customer_id, as_of, (recency_days > 45) != (customer_id % 7 = 0) as is_churned
        from churn.churn_features where as_of < {tables.instant_sql(AS_OF)}
        """
    )


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trees are slow to grow, and here only have to be there."""
    monkeypatch.setattr(model, "TREES", 2)


@pytest.fixture
def trained_lake(lake: SparkSession, settings: Settings, train_once: Callable[..., None]) -> SparkSession:
    """Return the session with the lake and its first model."""
    train_once(lambda: train(lake, settings, TRAINING))
    return lake


def test_from_features_to_reasons(lake: SparkSession, settings: Settings) -> None:
    assert "no model yet" in score(lake, SCORING)
    summary = train(lake, settings, TRAINING)
    assert summary.startswith("churn 0001-20111210-")
    assert summary.endswith("; 600 rows, 150 held out")
    assert "unchanged" in train(lake, settings, TRAINING)

    for _ in range(2):
        assert "150 customers scored" in score(lake, SCORING)
    scores = tables.read(lake, SCORING.table, AS_OF)
    assert scores.count() == 150
    assert scores.where("churn_probability not between 0 and 1 or size(reasons) > 3").isEmpty()
    assert not scores.where("exists(reasons, text -> text rlike 'no order for .* raises the risk$')").isEmpty()
    # Nothing has shifted since the training, which was today.
    assert lake.sql("select count(*), max(psi) from predictions.drift").collect()[0][:] == (5, 0.0)
    subjects = {row["subject"] for row in tables.read(lake, publication.EVALUATIONS).collect()}
    assert subjects == {"model", "uncalibrated", "recency_rule", "bg_nbd", "boosted_trees"}

    # The same rows again: a challenger, no better than itself.
    again = train(lake, settings, TRAINING, again=True)
    assert "a challenger of 0001-" in again and again.endswith(
        "brier difference +0.0000 (95 % +0.0000 to +0.0000), not won"
    )
    with pytest.raises(UserError, match="did not win"):
        promotion.promote(lake, "churn", AS_OF)
    assert "churn 0001-" in score(lake, SCORING)

    tables.read(lake, model.MART.name).drop("monetary").localCheckpoint().createOrReplaceTempView("poorer")
    lake.sql("create or replace table churn.churn_features using delta as select * from poorer")
    with pytest.raises(UserError, match=r"churn_features has changed since churn 0001-.*: monetary is gone"):
        score(lake, SCORING)
    with pytest.raises(UserError, match="churn_features has no column monetary"):
        train(lake, settings, TRAINING)


@pytest.mark.parametrize(
    ("leak", "message"),
    [
        ("is_churned", "recency_days alone tells the label"),
        # Not enough for the column, and for a score too good all the same.
        ("is_churned and cast(customer_id as int) % 25 > 0", r"auc 0\.9\d+ is too good to be true"),
    ],
    ids=["the label", "the label and noise"],
)
def test_a_planted_leak_is_refused_and_the_champion_stays(
    trained_lake: SparkSession, settings: Settings, leak: str, message: str
) -> None:
    """A recency that looks past the cut is long because the customer went."""
    champion = registry.champion(trained_lake, model.TASK)
    leaking = trained_lake.sql(
        f"""
        select
            features.* except (recency_days, tenure_days),
            cast(if({leak}, 90, 1) + cast(customer_id as int) % 80 as int) as recency_days,
            tenure_days + 170 as tenure_days
        from churn.churn_features as features
        left join churn.churn_labels as labels using (source, customer_id, as_of)
        """
    )
    leaking.localCheckpoint().createOrReplaceTempView("leaking")
    trained_lake.sql("create or replace table churn.churn_features using delta as select * from leaking")
    with pytest.raises(UserError, match=f"churn: not published, the champion stays: .*{message}"):
        train(trained_lake, settings, TRAINING)
    assert registry.newest(trained_lake, model.TASK) == registry.champion(trained_lake, model.TASK) == champion
    assert "churn 0001-" in score(trained_lake, SCORING)


def test_a_training_that_is_killed_before_its_row_changes_nothing(
    trained_lake: SparkSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pipeline of the challenger is stored, the row that publishes it is not."""
    append = tables.append

    def end_before_the_row(frame: DataFrame, name: str) -> None:
        if name == registry.TABLE:
            raise KeyboardInterrupt
        append(frame, name)

    with monkeypatch.context() as broken:
        broken.setattr(tables, "append", end_before_the_row)
        with pytest.raises(KeyboardInterrupt):
            train(trained_lake, settings, TRAINING, again=True)
    assert [row["version"][:4] for row in tables.read(trained_lake, registry.TABLE).collect()] == ["0001"]
    assert "150 customers scored" in score(trained_lake, SCORING)
    assert "churn 0002-" in train(trained_lake, settings, TRAINING, again=True)


def test_no_event_after_the_newest_cut_is_nothing_to_learn(lake: SparkSession, settings: Settings) -> None:
    """Nobody of the held-out cut bought again."""
    held_out = tables.instant_sql(cut_before(HOLD_OUT_CUT))
    lake.sql(f"update churn.churn_labels set is_churned = true where as_of = {held_out}")
    assert train(lake, settings, TRAINING) == "churn: nothing to learn: every held-out row churned"


def test_one_class_or_no_rows_are_nothing_to_learn(lake: SparkSession, settings: Settings) -> None:
    lake.sql("update churn.churn_labels set is_churned = true")
    assert train(lake, settings, TRAINING) == "churn: nothing to learn: every training row churned"
    lake.sql("delete from churn.churn_labels")
    assert "no training rows; churn needs orders from more than 180 days" in train(lake, settings, TRAINING)
    assert tables.read(lake, registry.TABLE).isEmpty()


def test_one_customer_is_nothing_to_learn(lake: SparkSession, settings: Settings) -> None:
    fill(lake, 1)
    assert train(lake, settings, TRAINING).startswith("churn: nothing to learn: ")


def test_features_of_another_day_are_refused(lake: SparkSession, settings: Settings) -> None:
    lake.sql(f"delete from churn.churn_features where as_of = {tables.instant_sql(AS_OF)}")
    with pytest.raises(UserError, match="no rows as of 2011-12-10"):
        train(lake, settings, TRAINING)
