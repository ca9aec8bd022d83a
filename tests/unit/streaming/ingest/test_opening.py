"""A run opens where lake, checkpoint, Kafka and contracts agree; nothing is written where they do not."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, Contracts, load
from common.errors import UserError
from common.kafka_topics import Topic
from common.lake_paths import EVENTS_CHECKPOINT
from common.settings import Settings, read_settings
from streaming.commit import WriteTransaction
from streaming.ingest import bronze
from streaming.ingest.checkpoint import Checkpoint, Identity, Plan
from streaming.ingest.opening import State, open_checkpoint, require_agreement

TOPICS = [Topic("orders", "id", {0: (2, 10), 1: (0, 4)})]
START = {"orders": {0: 2, 1: 0}}
CONTRACTS = load(FOLDER)
PLAN = Plan(CONTRACTS, {"orders": "id"})
IDENTITY = Identity.fresh(1, START, {"orders": "id"})
STATE = State(IDENTITY, WriteTransaction(-1, 0), START, 0)


def with_rule(broken: str) -> Contracts:
    """The contracts, with orders whose first rule is another."""
    orders = CONTRACTS.of("orders")
    changed = replace(orders, rules=(replace(orders.rules[0], broken=broken), *orders.rules[1:]))
    return replace(CONTRACTS, topics=tuple(changed if one is orders else one for one in CONTRACTS.topics))


@pytest.mark.parametrize("state", [STATE, replace(STATE, is_new=True), replace(STATE, plan=PLAN)])
def test_what_agrees_is_opened(state: State) -> None:
    require_agreement(state, PLAN, TOPICS)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (replace(STATE, is_new=True, newest_seq=7), "is gone, bronze.events holds 7 batches; `make recover`"),
        (
            replace(STATE, is_new=True, next_batch=3),
            "is damaged: identity.json is gone, batches up to 2 are there; `make r",
        ),
        (replace(STATE, offsets={"orders": {0: 1}}), "expired before they were read; `make recover ACCEPT_LOSS=1`"),
        (replace(STATE, plan=Plan(CONTRACTS, {"orders": "old"})), "orders was created again.*ACCEPT_LOSS=1"),
    ],
)
def test_what_does_not_agree_is_refused(state: State, message: str) -> None:
    with pytest.raises(UserError, match=message):
        require_agreement(state, PLAN, TOPICS)


def test_contracts_that_break_the_last_plan_are_refused() -> None:
    fewer = Plan(replace(CONTRACTS, topics=CONTRACTS.topics[:1]), {"orders": "id"})
    with pytest.raises(UserError, match=r"the contracts break what bronze\.events was fed by"):
        require_agreement(replace(STATE, plan=PLAN), fewer, TOPICS)


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a platform without a checkpoint, whose table has no batch and every column."""
    monkeypatch.setattr(bronze, "newest_seq", lambda _: 0)
    monkeypatch.setattr(bronze, "migrate", lambda *_: ["gift_note"])
    environ = {"STATE_DIR": str(tmp_path), "HDFS_URL": f"file://{tmp_path}", "PSEUDONYMS_PASSWORD": "secret"}
    monkeypatch.setenv("PSEUDONYMS_PASSWORD", "secret")
    return read_settings(environ, tmp_path / "none")


@pytest.fixture
def table(spark: SparkSession, tmp_path: Path) -> str:
    """The path of a table without rows."""
    spark.range(0).toDF("n").write.format("delta").save(f"{tmp_path}/table")
    return f"{tmp_path}/table"


def test_what_is_missing_is_made_once(
    spark: SparkSession, platform: Settings, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = open_checkpoint(spark, platform, table, CONTRACTS, TOPICS)
    assert (first.plan, first.next_batch, first.first_seq, first.offsets) == (PLAN, 0, 1, START)
    assert capsys.readouterr().err == "ingest: bronze.events gained gift_note\n"
    again = open_checkpoint(spark, platform, table, CONTRACTS, TOPICS)
    assert again.checkpoint.application == first.checkpoint.application
    assert (again.plan, again.offsets, capsys.readouterr().err) == (PLAN, START, "")


def test_rules_that_do_not_work_leave_nothing_behind(spark: SparkSession, platform: Settings, table: str) -> None:
    with pytest.raises(UserError, match=r"the contracts' rules do not work: .*; correct them"):
        open_checkpoint(spark, platform, table, with_rule("no_such_column > 1"), TOPICS)
    assert not Checkpoint.of(spark, platform).exists()


@pytest.mark.parametrize("log", ["offsets", "commits"])
def test_batches_without_an_identity_are_refused(
    spark: SparkSession, platform: Settings, table: str, tmp_path: Path, log: str
) -> None:
    """Spark would go on behind them, and what they had read would be missing."""
    folder = Path(f"{tmp_path}{EVENTS_CHECKPOINT}", log)
    folder.mkdir(parents=True)
    (folder / "0").write_text("v1")
    with pytest.raises(UserError, match=r"identity\.json is gone, batches up to 0 are there"):
        open_checkpoint(spark, platform, table, CONTRACTS, TOPICS)
    assert not Checkpoint.of(spark, platform).exists()
