"""The producer's own record of what the broker acknowledged, and its comparison with bronze.

A line is: number of the fault that it was sent in, topic, partition, offset, number of the event, 0 for a broken
one, which has no event_id in bronze. An event_id ends in that number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.csv as csv

from bench.delta_log import Table
from common.contracts.model import FOLDER, load

COLUMNS = ("fault", "topic", "partition", "offset", "number")
KEY_COLUMNS = ["topic", "topic_id", "partition", "offset", "event_id"]


@dataclass(frozen=True)
class Records:
    """Records as arrays of one length: identity within the topics as one number, number of the event, fault."""

    identity: np.ndarray
    number: np.ndarray
    fault: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """What became of the acknowledged records of some faults."""

    acknowledged: int
    lost: int
    doubled: int


def read_acknowledged(path: Path) -> Records:
    """Read what was acknowledged."""
    table = csv.read_csv(path, read_options=csv.ReadOptions(column_names=COLUMNS))
    topics, partitions, offsets = (table[name].to_numpy(zero_copy_only=False) for name in COLUMNS[1:4])
    return Records(identities(topics, partitions, offsets), table["number"].to_numpy(), table["fault"].to_numpy())


def read_landed(table: Table) -> Records:
    """Read what bronze holds, from its files and its log alone, without the engine that wrote them.

    Raises:
        ValueError: a topic has two identities; the drill has not made it again.
    """
    parts, topic_ids = [], set()
    for file in table.live():
        rows = table.rows(file, KEY_COLUMNS).to_pandas()
        topic_ids |= set(zip(rows["topic"], rows["topic_id"], strict=True))
        numbers = rows["event_id"].str.extract(r"^\d+-(\d+)$", expand=False).fillna("0").astype("int64").to_numpy()
        parts.append((identities(*(rows[name].to_numpy() for name in ("topic", "partition", "offset"))), numbers))
    if len(topic_ids) > len({topic for topic, _ in topic_ids}):
        raise ValueError(f"topics with two identities: {sorted(topic_ids)}")
    identity = np.concatenate([one for one, _ in parts] or [np.empty(0, np.int64)])
    number = np.concatenate([one for _, one in parts] or [np.empty(0, np.int64)])
    return Records(identity, number, np.zeros(identity.size, np.int64))


def identities(topics: np.ndarray, partitions: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Return topic, partition and offset as one number each."""
    names, places = np.unique(topics.astype(str), return_inverse=True)
    order = [one.topic for one in load(FOLDER).topics]
    numbers = np.array([order.index(name) for name in names], np.int64)
    number = numbers[places] if names.size else np.empty(0, np.int64)
    return (number << 56) | (partitions.astype(np.int64) << 48) | offsets.astype(np.int64)


def outcome(acknowledged: Records, there: Records, faults: Iterable[int]) -> Outcome:
    """Return how many of the records sent under these faults bronze lacks or holds otherwise, and holds twice."""
    of_faults = np.isin(acknowledged.fault, list(faults))
    identity, number = acknowledged.identity[of_faults], acknowledged.number[of_faults]
    order = np.argsort(there.identity, kind="stable")
    sorted_there = there.identity[order]
    first = np.searchsorted(sorted_there, identity, "left")
    rows = np.searchsorted(sorted_there, identity, "right") - first
    present = rows > 0
    same = np.zeros(identity.size, bool)
    same[present] = (number[present] == 0) | (there.number[order[first[present]]] == number[present])
    return Outcome(int(identity.size), int((~same).sum()), int((rows - 1).clip(0).sum()))
