"""The drill's own counting: a lost, a doubled and a changed record are each found."""

import sys
import threading
from pathlib import Path

import numpy as np
from kafka.producer.future import RecordMetadata

from tests.drills import producer
from tests.drills.ledger import Outcome, Records, identities, outcome, read_acknowledged

SENT = """\
1,orders,0,0,1
1,orders,0,1,0
2,orders,1,0,3
2,visits,0,0,4
"""


def records_sent(folder: Path) -> Records:
    """Return four acknowledged records of two faults."""
    path = folder / "acknowledged.csv"
    path.write_text(SENT)
    return read_acknowledged(path)


def bronze(*rows: tuple[str, int, int, int]) -> Records:
    """Return rows of bronze: topic, partition, offset, number of the event."""
    topics, partitions, offsets, numbers = zip(*rows, strict=True)
    identity = identities(np.array(topics), np.array(partitions), np.array(offsets))
    return Records(identity, np.array(numbers), np.zeros(identity.size, np.int64))


WHOLE = (("orders", 0, 0, 1), ("orders", 0, 1, 0), ("orders", 1, 0, 3), ("visits", 0, 0, 4))


def test_what_landed_once_is_neither_lost_nor_doubled(tmp_path: Path) -> None:
    assert outcome(records_sent(tmp_path), bronze(*reversed(WHOLE)), [1, 2]) == Outcome(4, 0, 0)


def test_a_missing_record_is_lost_under_its_own_fault(tmp_path: Path) -> None:
    there = bronze(*WHOLE[:3])
    assert outcome(records_sent(tmp_path), there, [1]) == Outcome(2, 0, 0)
    assert outcome(records_sent(tmp_path), there, [2]) == Outcome(2, 1, 0)


def test_a_record_with_another_value_is_lost(tmp_path: Path) -> None:
    there = bronze(*WHOLE[:3], ("visits", 0, 0, 5))
    assert outcome(records_sent(tmp_path), there, [1, 2]) == Outcome(4, 1, 0)


def test_each_row_more_than_one_is_a_double(tmp_path: Path) -> None:
    there = bronze(*WHOLE, WHOLE[0], WHOLE[0], WHOLE[3], ("ratings", 0, 0, 1), ("ratings", 0, 0, 1))
    assert outcome(records_sent(tmp_path), there, [1, 2]) == Outcome(4, 0, 3)
    assert outcome(records_sent(tmp_path), there, [2]) == Outcome(2, 0, 1)


def test_an_empty_bronze_has_lost_all(tmp_path: Path) -> None:
    nothing = np.empty(0, np.int64)
    assert outcome(records_sent(tmp_path), Records(nothing, nothing, nothing), [1, 2]) == Outcome(4, 4, 0)


def test_two_writers_never_share_a_line(tmp_path: Path) -> None:
    path, before = tmp_path / "acknowledged.csv", sys.getswitchinterval()
    place = RecordMetadata("orders", 0, None, 0, 0, None, 0, 0, 0)
    sys.setswitchinterval(1e-5)
    try:
        with path.open("w") as file:
            ledger = producer.Ledger(file)

            def write(fault: int) -> None:
                for offset in range(20_000):
                    ledger.write_acknowledged(fault, offset, place._replace(offset=offset))

            writers = [threading.Thread(target=write, args=(fault,)) for fault in range(4)]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
    finally:
        sys.setswitchinterval(before)
    expected = {f"{fault},orders,0,{offset},{offset}" for fault in range(4) for offset in range(20_000)}
    assert sorted(path.read_text().splitlines()) == sorted(expected)
