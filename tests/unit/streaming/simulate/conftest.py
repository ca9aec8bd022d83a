"""Small histories, each made once."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from common.contracts.model import FOLDER, load
from streaming.producer import Message
from streaming.simulate.people import GAMMA_POISSON
from streaming.simulate.shop import Options, Shop
from streaming.simulate.truth import Truth

ENDS_ON = date(2025, 1, 1)
Made = tuple[list[Message], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def make_history(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """Return a function that makes a history and its truth; the same options again are not made again."""
    known: dict[Options, Made] = {}

    def history(customers: int, days: int, seed: int = 7, mode: str = GAMMA_POISSON, **others: Any) -> Made:
        options = Options(customers, days, seed, ENDS_ON, mode, **others)
        if options not in known:
            path = tmp_path_factory.mktemp("truth") / "truth.jsonl"
            with Truth(path) as truth:
                messages = list(Shop(options, truth, load(FOLDER).versions).history())
            known[options] = messages, [json.loads(line) for line in path.read_text().splitlines()]
        return known[options]

    return history


def parse_events(messages: list[Message], topic: str) -> list[dict[str, Any]]:
    """Return the events of a topic that are not broken."""
    events = []
    for message in messages:
        if message.topic == topic:
            try:
                events.append(json.loads(message.value))
            except ValueError:
                continue
    return [event for event in events if event.get("source") and event["occurred_at"].startswith("20")]
