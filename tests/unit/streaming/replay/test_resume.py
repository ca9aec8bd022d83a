"""A replay that was interrupted goes on behind what was acknowledged; anything else starts over."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common import home
from common.kafka_topics import Topic
from common.settings import ROOT, Settings, read_settings
from streaming import producer, topics
from streaming.producer import Message
from streaming.replay import __main__ as program
from streaming.replay.mapping import load
from streaming.replay.resume import Progress, identity_of

SAMPLE = ROOT / "tests" / "fixtures" / "online_retail_sample.csv"


class Kafka:
    """Stands for Kafka: takes messages until it is interrupted."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.patience = 10**9
        self.topic_id = "first"
        self.declared: list[tuple[str, str]] = []

    def send(self, _: Any, messages: Iterable[Message], total: int, what: str, stored: Callable[[int], None]) -> Any:
        counts: Counter[str] = Counter()
        for number, message in enumerate(messages):
            if number == self.patience:
                stored(number)
                raise KeyboardInterrupt
            self.taken.append(message)
            counts[message.topic] += 1
        assert counts.total() == total
        return counts

    def describe(self, _: Settings, names: Iterable[str]) -> list[Topic]:
        return [Topic(name, self.topic_id, {}) for name in names]


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kafka:
    one = Kafka()
    settings = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none")
    home.claim(settings)
    monkeypatch.setattr(program, "read_settings", lambda: settings)
    monkeypatch.setattr(producer, "send", one.send)
    monkeypatch.setattr(program, "declare", lambda _, *zone: one.declared.append(zone))
    monkeypatch.setattr(topics, "ensure", lambda *_: [])
    monkeypatch.setattr(topics, "describe", one.describe)
    return one


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
    identity = identity_of(mapping, {"source": "shop"}, [])
    progress = Progress(settings, "abc", identity)
    progress.store(7)
    assert Progress(settings, "abc", identity_of(load("online_retail"), {"source": "shop"}, [])).load() == 7
    changed = identity_of(replace(mapping, currency="EUR"), {"source": "shop"}, [])
    assert Progress(settings, "abc", changed).load() == 0
    progress.path.write_text("{")
    assert progress.load() == 0
    progress.clear()
    assert not progress.path.exists()
