"""From Kafka to bronze, up to a batch that is fixed before Kafka is asked, so that a running ingest changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from common import thrift
from common.kafka_topics import Topic
from common.replays import WITHOUT_EVENT, rows_without_event
from common.settings import Settings
from spark.reconcile import broker, offsets
from spark.reconcile.beginnings import beginnings, split_given_up
from spark.reconcile.broker import Gap
from spark.reconcile.checks import differing
from spark.reconcile.offsets import LandedPartition

MOST_NAMED = 20
EMPTY = "offsets that hold no record (transactions)"


def kafka_to_bronze(settings: Settings, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Compare Kafka's offsets with the identities in bronze; return the lines to print and the faults.

    Raises:
        UserError: the lake or Kafka does not answer.
    """
    ((batch,),) = thrift.rows(settings, offsets.NEWEST_BATCH)
    parts = [LandedPartition(*row) for row in thrift.rows(settings, offsets.landed_partitions(batch))]
    counts = thrift.rows(settings, verdicts(batch))
    topics = broker.topics(settings, names)
    now = offsets.current(parts, topics)
    torn = [one for one in now if one.absent]
    inner = [Gap(*row) for row in thrift.rows(settings, offsets.inner_gaps(batch, torn))] if torn else []
    expired, held = offsets.split([*inner, *offsets.outer_gaps(now, topics)], topics)
    known, lost = split_given_up(expired, topics, beginnings(settings)) if expired else ([], [])
    unread = broker.readable(settings, held)
    empty = sorted(set(held) - set(unread))
    markers, lost = offsets.split_markers(lost, now, empty)
    faults = [*offsets.faults(parts, now, topics), *gap_faults(lost, unread)]
    if len(inner) == offsets.MOST_GAPS:
        faults.append(f"bronze has {len(inner):,} gaps or more; these alone were looked for in Kafka")
    faults += [f"there twice: {keys}" for keys in twice(settings, batch, parts)]
    later = offsets.waiting(now, topics)
    printed = list(lines(names, topics, parts, counts))
    for name, gaps in ((EMPTY, empty), (f"{EMPTY}, expired since", markers)):
        printed += [line(name, sum(gap.next - gap.first for gap in gaps))] if gaps else []
    printed += [line("given up before it was read", gap.next - gap.first, f"= {gap}") for gap in known]
    printed += [
        line(f"{rows.source}: rows {WITHOUT_EVENT[rows.why]}", rows.number, f"= in no event, of {rows.file}")
        for rows in rows_without_event(settings)
    ]
    printed += [line("waiting in Kafka for `make ingest`", later)] if later else []
    return printed, faults


def verdicts(batch: int) -> str:
    """Return the query of how rows were judged: topic, broken rule or null, rows, different events."""
    return (
        "select topic, broken_rule, count(*), count(distinct event_id) from bronze.events"
        f" where ingest_seq <= {batch} group by topic, broken_rule order by topic, count(*) desc, broken_rule"
    )


def gap_faults(expired: Sequence[Gap], unread: Sequence[Gap]) -> list[str]:
    """Return a line for each gap that lost records, or may have; of very many, the number."""
    faults, lost = [], "expired in Kafka before they came to bronze"
    for gaps, text in ((expired, lost), (unread, "in Kafka but not in bronze")):
        faults += [f"{gap} {text}" for gap in gaps[:MOST_NAMED]]
        if rest := gaps[MOST_NAMED:]:
            faults.append(f"{sum(gap.next - gap.first for gap in rest):,} more offsets in {len(rest):,} gaps {text}")
    return faults


def twice(settings: Settings, batch: int, parts: Sequence[LandedPartition]) -> list[str]:
    """Return the identities of rows that are there more than once, a few of them."""
    doubled = [one for one in parts if one.rows != one.identities]
    return [differing(thrift.rows(settings, offsets.doubles(batch, doubled)))] if doubled else []


def lines(
    names: Sequence[str],
    topics: Mapping[str, Topic],
    parts: Sequence[LandedPartition],
    counts: Sequence[Sequence[Any]],
) -> Iterator[str]:
    """Yield what to print of every topic: records of today's topic, of those before it, duplicates, quarantine."""
    for name in names:
        now = offsets.current([one for one in parts if one.topic == name], topics)
        yield line(f"{name}: Kafka = bronze", sum(one.rows for one in now), shares(now))
        for topic_id in dict.fromkeys(one.topic_id for one in parts if one.topic == name and one not in now):
            earlier = [one for one in parts if one.topic_id == topic_id]
            absent = sum(one.absent for one in earlier)
            text = f"{shares(earlier)}, of topic {topic_id}, {absent:,} offsets absent"
            yield line(f"{name}: in bronze of a topic that is gone", sum(one.rows for one in earlier), text)
        for topic, rule, rows, events in counts:
            if topic == name and rule is None:
                yield line(f"{name}: duplicates", rows - events)
            elif topic == name:
                yield line(f"{name}: quarantined, {rule}", rows)


def shares(parts: Sequence[LandedPartition]) -> str:
    """Return how the rows of partitions were judged."""
    return f"= {sum(one.valid for one in parts):,} valid + {sum(one.quarantined for one in parts):,} quarantined"


def line(name: str, count: int, text: str = "") -> str:
    """Return one line of the table."""
    return f"{name:<44}{count:>16,} {text}".rstrip()
