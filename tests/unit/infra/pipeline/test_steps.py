"""The order of the main job and what is said of each step."""

import argparse
import sys
from datetime import date
from pathlib import Path

import pytest

from common.errors import UsageError
from common.settings import read_settings
from infra.pipeline import __main__ as pipeline
from infra.pipeline import order, steps
from infra.pipeline.schedule import waits

TO_ANSWERS = ["dbt insights", "export", "dbt serving", "reconcile", "report", "docs"]
AFTER_INGEST = ["dbt marts", "train, score", *TO_ANSWERS]


def names(*argv: str) -> list[str]:
    return [step.name for step in order.steps_of(read_settings({}), pipeline.parse(argv))]


def test_nothing_given_simulates() -> None:
    assert names("run") == ["up", "simulate", "ingest", *AFTER_INGEST]


def test_a_snapshot_is_loaded_after_the_events(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.touch()
    run = names("run", "--orders", str(file), "--mapping", "online_retail", "--snapshot", str(file))
    assert run == ["up", "replay", "ingest", "snapshot", *AFTER_INGEST]


def test_the_daily_cycle_neither_feeds_nor_trains() -> None:
    assert names("refresh") == ["up", "ingest", "dbt marts", "score", *TO_ANSWERS]


def test_steps_that_need_nothing_of_each_other_run_side_by_side() -> None:
    run = waits(order.steps_of(read_settings({}), pipeline.parse(["run"])))
    assert run["simulate"] == run["up"] == set(), "Kafka answers before the platform is up"
    assert run["ingest"] == {"up", "simulate"}
    assert run["docs"] == {"dbt insights"} and run["reconcile"] == {"export"} and run["report"] == {"dbt serving"}
    in_order = ["ingest", "dbt marts", "train, score", "dbt insights", "export", "dbt serving"]
    assert [run[name] for name in in_order[1:]] == [{name} for name in in_order[:-1]]
    daily = waits(order.steps_of(read_settings({}), pipeline.parse(["refresh"])))
    assert daily["ingest"] == {"up"}


def test_a_file_that_is_not_there_is_named_before_anything_runs() -> None:
    with pytest.raises(UsageError, match=r"ORDERS=none\.csv: no such file"):
        pipeline.parse(["run", "--orders", "none.csv", "--mapping", "online_retail"])


def test_orders_without_a_mapping_are_refused() -> None:
    with pytest.raises(UsageError, match="ORDERS needs MAPPING"):
        pipeline.parse(["run", "--orders", "x.csv"])


def test_options_that_are_not_given_are_left_out() -> None:
    step = steps.module("replay", "streaming.replay", orders="a b.csv", source=None, shift_to="2020-01-01", force=True)
    expected = ["-m", "streaming.replay", "--orders", "a b.csv", "--shift-to", "2020-01-01", "--force"]
    assert step.command == [sys.executable, *expected]


def test_dbts_own_count_is_the_summary() -> None:
    lines = [
        "10:00:00  Completed successfully\n",
        "10:00:00  Done. PASS=9 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=10\n",
        "\n",
    ]
    assert steps.MARTS.summary(lines) == "10 nodes: 9 ok, 1 warned, 0 failed"


def test_the_last_line_is_the_summary() -> None:
    assert steps.Step("x", []).summary(["first\n", "last\n", "\n"]) == "last"
    assert steps.Step("x", []).summary([]) == ""


def test_feeding_knows_only_what_was_given() -> None:
    nothing = dict.fromkeys(("orders", "mapping", "source", "shift_to", "snapshot_mapping", "snapshot_as_of"))
    args = argparse.Namespace(**nothing, snapshot="f")
    feed, load = order.feeding(args)
    assert (feed, [step.name for step in load]) == ([], ["snapshot"])


def test_backfill_needs_two_days_in_order() -> None:
    with pytest.raises(UsageError, match="FROM=2011-09-01 TO=2011-09-30"):
        pipeline.parse(["backfill", "--from", "2024-01-02", "--to", "2024-01-01"])


def test_backfill_includes_its_last_day() -> None:
    command = steps.backfill(date(2024, 2, 1), date(2024, 2, 29)).command
    assert command[-1] == '{"backfill_from": "2024-02-01", "backfill_to": "2024-03-01"}'
