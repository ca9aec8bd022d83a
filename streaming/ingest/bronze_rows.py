"""Kafka records as rows of bronze, one for one."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from common.contracts.model import Contracts, Field
from common.contracts.privacy import Privacy
from streaming.events import KAFKA, judge_records


def bronze_rows(
    records: DataFrame, contracts: Contracts, topic_ids: dict[str, str], ingest_seq: int, privacy: Privacy
) -> DataFrame:
    """Return the rows of `bronze.events` for Kafka records, one for one.

    Args:
        records: topic, partition, offset, timestamp, key (binary), value (binary), as the Kafka source gives them.
        contracts: one for each topic of the records; columns of no other topic are parsed, all are there.
        topic_ids: the identity of each topic.
        ingest_seq: the number of this batch.
        privacy: what personal data is hashed and quarantined payloads are encrypted with.
    """
    judged, broken = judge_records(records, contracts), F.col("broken_rule").isNotNull()
    columns = {
        "ingest_seq": F.lit(ingest_seq).cast("bigint"),
        "topic_id": by_topic(topic_ids),
        "contract_version": by_topic({one.topic: one.version for one in contracts.topics}),
        "arrived_at": F.col("timestamp"),
        "key": F.when(broken, F.make_valid_utf8(F.col("key").cast("string"))),
        "payload": F.when(broken, privacy.encrypt(F.col("value"))),
        "payload_hash": F.when(F.col("value").isNotNull(), F.xxhash64("value")),
    }
    fields = {one.name: F.col(one.name) for one in contracts.union}
    hashed = {one.name: privacy.hash_text(fields[one.name]) for one in contracts.union if one.hashed}
    kafka = {name: F.col(name) for name in KAFKA}
    verdict = {name: F.col(name) for name in ("broken_rule", "broken_field")}
    there = {**kafka, **verdict, **fields, **hashed, **columns}
    table = contracts.events_table.columns
    return judged.select(*(there[one.name].alias(one.name) if one.name in there else nothing(one) for one in table))


def nothing(field: Field) -> Column:
    """Return the column of a field that no record of a batch can have."""
    return F.lit(None).cast(field.sql_type).alias(field.name)


def by_topic(values: dict[str, str] | dict[str, int]) -> Column:
    """Return the value of a record's topic."""
    cases = [f"when topic = '{topic}' then {value!r}" for topic, value in values.items()]
    return F.expr(f"case {' '.join(cases)} end")
