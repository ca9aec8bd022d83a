"""What stands for Kafka where the state that a replay leaves behind is looked at."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from common import home
from common.kafka_topics import Topic
from common.settings import Settings, read_settings
from streaming import producer, topics
from streaming.producer import Message
from streaming.replay import __main__ as program


class Kafka:
    """Stands for Kafka: takes messages until it is interrupted."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.taken: list[Message] = []
        self.patience = 10**9
        self.topic_id = "first"
        self.declared: list[tuple[str, str]] = []

    def send(
        self, _: Any, messages: Iterable[Message], total: int | None, what: str, stored: Callable[[int], None]
    ) -> Any:
        counts: Counter[str] = Counter()
        for message in messages:
            if message.topic == "sources":
                event = json.loads(message.value)
                self.declared.append((event["source"], event["time_zone"]))
            elif len(self.taken) == self.patience:
                stored(counts.total())
                raise KeyboardInterrupt
            else:
                self.taken.append(message)
            counts[message.topic] += 1
        assert total in (counts.total(), None)
        stored(counts.total())
        return counts

    def describe(self, _: Settings, names: Iterable[str]) -> list[Topic]:
        return [Topic(name, self.topic_id, {}) for name in names]


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kafka:
    settings = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none")
    one = Kafka(settings)
    home.claim(settings)
    monkeypatch.setattr(program, "read_settings", lambda: settings)
    monkeypatch.setattr(producer, "send", one.send)
    monkeypatch.setattr(topics, "ensure", lambda *_: [])
    monkeypatch.setattr(topics, "describe", one.describe)
    return one
