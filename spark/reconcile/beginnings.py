"""Where the ingest began to read, or began again behind records that the operator gave up: its checkpoints tell."""

import json
from collections.abc import Mapping, Sequence

from common.kafka_topics import Topic
from common.lake_paths import CHECKPOINTS
from common.settings import Settings
from common.webhdfs import WebHdfs
from spark.reconcile.broker import Gap

READER = "modeler"

# Topic, its identity, partition: the first offsets that checkpoints read.
Beginnings = Mapping[tuple[str, str, int], Sequence[int]]


def beginnings(settings: Settings) -> Beginnings:
    """Return where today's checkpoint and those that were moved aside began; one that cannot be read tells nothing.

    Raises:
        UserError: HDFS does not answer.
    """
    offsets: dict[tuple[str, str, int], list[int]] = {}
    hdfs = WebHdfs.of(settings, READER)
    for name in hdfs.names(CHECKPOINTS):
        try:
            identity = json.loads(hdfs.read(f"{CHECKPOINTS}/{name}/identity.json") or b"")
            start, identities = identity["start"], identity["topic_ids"]
        except (ValueError, KeyError):
            continue
        for topic, partitions in start.items():
            for partition, offset in partitions.items():
                offsets.setdefault((topic, identities.get(topic, ""), int(partition)), []).append(int(offset))
    return offsets


def split_given_up(gaps: Sequence[Gap], topics: Mapping[str, Topic], begun: Beginnings) -> tuple[list[Gap], list[Gap]]:
    """Return the parts of the expired gaps that lie before a beginning, which are known, and those that are losses."""
    known, lost = [], []
    for gap in gaps:
        offsets = begun.get((gap.topic, topics[gap.topic].topic_id, gap.partition), ())
        border = max((offset for offset in offsets if gap.first < offset <= gap.next), default=gap.first)
        known.append(Gap(gap.topic, gap.partition, gap.first, border))
        lost.append(Gap(gap.topic, gap.partition, border, gap.next))
    return [one for one in known if one.next > one.first], [one for one in lost if one.next > one.first]
