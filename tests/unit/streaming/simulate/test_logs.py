"""The log of visits: whole lines, and full files that are never written to again."""

from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest

from common.errors import UserError
from streaming.producer import Message
from streaming.simulate import logs
from streaming.simulate.live import hand_over
from streaming.simulate.logs import VisitLog


def test_an_event_is_a_line_whatever_is_in_it(tmp_path: Path) -> None:
    log = VisitLog(tmp_path / "app")
    log.add(b'{"visit": 1}')
    log.add(b'{"broken\n')
    log.flush()
    assert (tmp_path / "app" / "visits.log").read_bytes() == b'{"visit": 1}\n{"broken \n'
    log.close()
    again = VisitLog(tmp_path / "app")
    again.add(b'{"visit": 2}')
    again.close()
    assert (tmp_path / "app" / "visits.log").read_bytes().count(b"\n") == 3


def test_a_full_log_makes_place_for_a_new_one_and_keeps_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "ROTATED_BYTES", 20)
    log = VisitLog(tmp_path)
    for number in range(5):
        log.add(b'{"visit": %d}' % number)
    log.close()
    files = {path.name: path.read_text().splitlines() for path in tmp_path.iterdir()}
    assert files.pop("visits.log") == ['{"visit": 4}']
    assert sorted(files.values()) == [['{"visit": 0}', '{"visit": 1}'], ['{"visit": 2}', '{"visit": 3}']]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"visits\.log: Not a directory|File exists"):
        VisitLog(tmp_path / "file")


def test_visits_go_to_the_log_and_the_rest_to_kafka(tmp_path: Path) -> None:
    class Box:
        def __init__(self) -> None:
            self.added: Counter[str] = Counter()

        def add(self, topic: str, key: str, value: bytes) -> bool:
            self.added[topic] += 1
            return False

    box, log = Box(), VisitLog(tmp_path)
    for topic in ("visits", "orders", "visits"):
        hand_over(Message(topic, "k", b"{}"), cast(Any, box), log)
    hand_over(Message("visits", "k", b"{}"), cast(Any, box), None)
    log.close()
    assert (log.lines, box.added) == (2, Counter(orders=1, visits=1))
