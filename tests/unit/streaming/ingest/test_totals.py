"""What ever landed, across runs, a run that was killed, and a table that was created again."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from common.kafka_topics import Topic
from common.lake_paths import table_folder
from common.settings import Settings, read_settings
from streaming import status
from streaming.ingest.totals import FILE, Totals, stored_totals

SCHEMA = pa.schema([("topic", pa.string()), ("ingest_seq", pa.int64()), ("broken_rule", pa.string())])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a lake of two batches: three orders, one of them in quarantine, and a return."""
    own = read_settings({"STATE_DIR": str(tmp_path / "state"), "HDFS_URL": f"file://{tmp_path}"}, Path("/nowhere"))
    own.path("run").mkdir(parents=True)
    land(own, 1, ["orders", "orders"], broken="wrong_type")
    land(own, 2, ["orders", "returns"])
    return own


def land(settings: Settings, seq: int, topics: Sequence[str], broken: str | None = None) -> None:
    """Append a batch, whose first row is in quarantine where a rule is named."""
    rules = [broken, *[None] * (len(topics) - 1)]
    rows = [{"topic": one, "ingest_seq": seq, "broken_rule": rule} for one, rule in zip(topics, rules, strict=True)]
    folder = f"{settings.hdfs_url.removeprefix('file://')}{table_folder('bronze.events')}"
    write_deltalake(folder, pa.Table.from_pylist(rows, schema=SCHEMA), mode="append")


def keep(settings: Settings, totals: dict) -> None:
    """Write the ingest's state as a run does."""
    settings.path(*FILE).write_text(json.dumps({"totals": totals, "topics": {"orders": {"rows": 1, "ends": {"0": 9}}}}))


def test_what_nobody_counted_is_counted_once(settings: Settings) -> None:
    first = Totals.before(settings, 3)
    assert (first.seq, first.rows, first.quarantined) == (2, {"orders": 3, "returns": 1}, {"orders": 1, "returns": 0})
    keep(settings, first.plus(Counter({"orders": 5}), Counter({"orders": 2}), 3))
    assert stored_totals(settings) == Totals(3, Counter(orders=8, returns=1), Counter(orders=3))
    land(settings, 3, ["orders"] * 5)
    land(settings, 4, ["returns", "visits"], broken="not_json")
    # The run of batch 4 was killed before it kept its counts.
    later = Totals.before(settings, 5)
    assert later.rows == {"orders": 8, "returns": 2, "visits": 1}
    assert +later.quarantined == {"orders": 3, "returns": 1}


def test_a_run_without_news_changes_nothing(settings: Settings) -> None:
    totals = Totals.before(settings, 3).plus(Counter(), Counter(), 0)
    assert totals["seq"] == 2
    assert totals["rows"] == {"orders": 3, "returns": 1}


def test_a_table_that_was_created_again_is_counted_again(settings: Settings) -> None:
    keep(settings, {"seq": 40, "rows": {"orders": 1000}, "quarantined": {"orders": 1}})
    assert Totals.before(settings, 3).rows == {"orders": 3, "returns": 1}


@pytest.mark.parametrize("text", ["", "{}", '{"totals": {"seq": "x"}}', "[]"])
def test_a_state_that_says_nothing_is_as_none(settings: Settings, text: str) -> None:
    settings.path(*FILE).write_text(text)
    assert stored_totals(settings) == Totals()
    assert Totals.before(settings, 3).rows["orders"] == 3


def test_status_shows_all_that_landed_and_the_last_run_beside_it(settings: Settings) -> None:
    state = {
        "totals": {"rows": {"orders": 22064}, "quarantined": {"orders": 441}},
        "topics": {"orders": {"rows": 118, "ends": {"0": 7}, "last_arrival": None}},
    }
    assert status.of(Topic("orders", "id", {0: (0, 9)}), state).split() == [
        "orders",
        "22,064",
        "441",
        "(2.0%)",
        "118",
        "2",
        "-",
    ]
    assert status.of(Topic("visits", "id", {0: (0, 0)}), state).split() == ["visits", "0", "0", "(0.0%)", "0", "0", "-"]
