"""A replay that was interrupted goes on behind what was acknowledged; anything else starts over."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from common.settings import ROOT, read_settings
from streaming.producer import Message
from streaming.replay import __main__ as program
from streaming.replay.mapping import load
from streaming.replay.resume import Progress, mapping_sha256
from tests.unit.streaming.replay.conftest import Kafka
from tests.unit.streaming.replay.shop import COLUMNS, MAPPING

SAMPLE = ROOT / "tests" / "fixtures" / "online_retail_sample.csv"


def run(kafka: Kafka, patience: int, *more: str) -> list[Message]:
    """Replay the sample until Kafka has taken so many messages, and return them."""
    kafka.taken, kafka.patience = [], patience
    arguments = ["--orders", str(SAMPLE), "--mapping", "online_retail", *more]
    try:
        program.main(arguments)
    except KeyboardInterrupt:
        assert len(kafka.taken) == patience
    return kafka.taken


def test_an_interrupted_replay_goes_on(kafka: Kafka, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, rest = run(kafka, 100), run(kafka, 50), run(kafka, 10**9)
    whole = run(kafka, 10**9, "--force")
    assert [*first, *second, *rest] == whole and len(whole) == 362
    assert "events acknowledged, 150 by the replay that was interrupted" in capsys.readouterr().out
    assert kafka.declared == [("online_retail", "Europe/London")] * 2, "once by each replay, before its first event"
    assert run(kafka, 10**9) == [], "it is finished"


@pytest.mark.parametrize("more", [("--force",), ("--source", "other"), ("--shift-to", "2025-01-01")])
def test_another_replay_starts_over(kafka: Kafka, more: tuple[str, ...]) -> None:
    run(kafka, 100)
    assert len(run(kafka, 10**9, *more)) == 362


def test_a_topic_created_again_is_filled_from_the_start(kafka: Kafka) -> None:
    run(kafka, 100)
    kafka.topic_id = "second"
    assert len(run(kafka, 10**9)) == 362


def test_progress_is_bound_to_the_mapping_s_content_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    settings, mapping = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none"), load("online_retail")
    identity = {"source": "shop", "mapping_sha256": mapping_sha256(mapping)}
    progress = Progress(settings, "abc", identity)
    progress.store(7)
    assert Progress(settings, "abc", identity).load() == 7
    changed = mapping_sha256(replace(mapping, currency="EUR"))
    assert Progress(settings, "abc", identity | {"mapping_sha256": changed}).load() == 0
    progress.path.write_text("{")
    assert progress.load() == 0
    progress.clear()
    assert not progress.path.exists()


def test_a_mapping_that_says_what_it_said_is_the_same_one_in_later_versions(tmp_path: Path) -> None:
    path = tmp_path / "shop.yml"
    path.write_text(json.dumps({**MAPPING, "columns": COLUMNS, "join": [{"file": "heads.csv", "by": "order"}]}))
    before = mapping_sha256(load(str(path)))
    assert before == "b125615a132ee1e29c16b63fc78ed80ab36c9ace9fb5ef8724207262f63e968a"
    path.write_text(path.read_text().replace('"by": "order"', '"by": "order", "sheet": "Heads"'))
    assert mapping_sha256(load(str(path))) != before
