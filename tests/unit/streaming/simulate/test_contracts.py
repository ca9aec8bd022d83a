"""What is sound keeps its contract, and what is broken on purpose does not."""

from collections.abc import Callable
from datetime import datetime

from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, load
from common.contracts.privacy import Privacy
from streaming.ingest.bronze_rows import bronze_rows
from streaming.simulate.people import LOGNORMAL
from tests.unit.streaming.simulate.conftest import Made

KAFKA = "topic string, partition int, offset bigint, timestamp timestamp, key binary, value binary"


def test_only_events_broken_on_purpose_are_quarantined(spark: SparkSession, make_history: Callable[..., Made]) -> None:
    messages, truth = make_history(60, 200, mode=LOGNORMAL)
    records = [
        (message.topic, 0, place, datetime(2025, 1, 2), message.key.encode(), message.value)
        for place, message in enumerate(messages)
    ]
    ids = {contract.topic: contract.topic for contract in load(FOLDER).topics}
    frame = bronze_rows(spark.createDataFrame(records, KAFKA), load(FOLDER), ids, 1, Privacy.of_secret("a secret"))
    rules = [row.broken_rule for row in frame.orderBy("offset").select("broken_rule").collect()]
    broken = sum(row.get("mark") == "broken" for row in truth)
    assert len(rules) == len(messages) and sum(rule is not None for rule in rules) == broken > 0
    assert set(rules) <= {None, "not_json", "wrong_type", "missing_source", "unknown_schema_version"}
    # A shop of UTC need not say where it is.
    assert {message.topic for message in messages} == set(ids) - {"sources"}
