"""What a hostile world sends, and what it does to the checkpoint: nothing is lost, doubled or leaked."""

import json
from collections import Counter
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import MessageSizeTooLargeError

from common.webhdfs import WebHdfs
from spark.reconcile.arrivals import kafka_to_bronze
from tests.integration.events import DOUBLES, ENVELOPE, LINE, SOURCE, order, send
from tests.integration.harness import Platform, wait_until

PLANTED = ("zoe.planted@example.org", "Zoe Plantedname", "7 Planted Lane")


def profile(number: int, **changes: Any) -> bytes:
    name, email, address = PLANTED[1], PLANTED[0], PLANTED[2]
    event = {"event_id": f"{SOURCE}-c{number}", **ENVELOPE, "name": name, "email": email, "address": address}
    return json.dumps({**event, **changes}).encode()


HOSTILE: list[tuple[str, bytes | None, bytes | None, str | None]] = [
    ("orders", b"k", None, "not_json"),
    ("orders", None, order(1), None),
    ("orders", b"\xff\xfe", b"\xff\xfe\x00", "not_json"),
    ("orders", b"k", order(2, lines=[{**LINE, "description": "x" * 5_000_000}]), None),
    ("orders", b"k", b"x" * 5_000_000, "not_json"),
    ("orders", b"k", order(3, schema_version=99), "unknown_schema_version"),
    ("orders", b"k", b'{"deep":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not_json"),
    ("orders", b"k", order(4).replace(b'"2.50"', b"NaN"), "not_json"),
    ("orders", b"k", order(5).replace(b'{"event_id"', b'{"event_id": "twice", "event_id"'), "not_json"),
    ("orders", b"k", order(6, occurred_at="2999-01-01T00:00:00.000Z"), "from_the_future"),
    ("orders", b"k", order(7, lines=[{**LINE, "unit_price": "1" + "0" * 13}]), "implausible_price"),
    ("orders", b"k", order(8, lines=[{**LINE, "description": "Mu\0g"}]), "text_with_nul"),
    ("customers", b"k", profile(1), None),
    ("customers", b"k", profile(2, customer_id=None), "missing_customer_id"),
    ("customers", b"k", profile(3)[:-9], "not_json"),
    ("visits", b"k", b"{}", "missing_event_id"),
]


@pytest.fixture(scope="module")
def rules_broken(kafka_topics: Platform) -> Counter[str]:
    """The hostile records sent and landed: the rules that they broke, by count."""
    platform = kafka_topics
    query = "select coalesce(broken_rule, 'valid') as rule, count(*) as rows from bronze.events group by 1"
    before = {row["rule"]: int(row["rows"]) for row in platform.rows(query, "lake")}
    send(platform, *((topic, key, value) for topic, key, value, _ in HOSTILE))
    platform.make("ingest")
    after = {row["rule"]: int(row["rows"]) for row in platform.rows(query, "lake")}
    return Counter({rule: rows - before.get(rule, 0) for rule, rows in after.items() if rows != before.get(rule, 0)})


def test_hostile_records_are_quarantined_with_their_rule(rules_broken: Counter[str]) -> None:
    assert rules_broken == Counter(rule or "valid" for *_, rule in HOSTILE)


def test_what_is_larger_than_a_topic_takes_is_refused_by_the_broker(platform: Platform, rules_broken: object) -> None:
    producer = KafkaProducer(bootstrap_servers=platform.settings.kafka_bootstrap, max_request_size=20 * 1024 * 1024)
    with pytest.raises(MessageSizeTooLargeError):
        producer.send("orders", b"x" * (9 * 1024 * 1024)).get(20)
    producer.close()


def test_no_personal_value_is_in_any_file_of_the_lake_or_in_a_log(platform: Platform, rules_broken: object) -> None:
    hashed = platform.value(f"select max(length(email)) from bronze.events where source = '{SOURCE}'", "lake")
    assert hashed == "64"
    searched = 0
    for part in ("data/hdfs", "data/postgres", "log", "conf", "run", "out"):
        for file in platform.settings.path(*part.split("/")).rglob("*"):
            if file.is_file() and not file.is_socket():
                content = file.read_bytes()
                searched += 1
                assert not [value for value in PLANTED if value.encode() in content], file
    assert searched > 100
    kafka = b"".join(file.read_bytes() for file in platform.settings.path("data", "kafka").rglob("*.log"))
    assert PLANTED[0].encode() in kafka, "the search would find it where it is"


def test_a_lost_checkpoint_is_refused_and_rebuilt(platform: Platform, rules_broken: object) -> None:
    send(platform, ("orders", b"k", order(99)))
    platform.make("ingest")
    checkpoint = "/lake/checkpoints/events"
    hdfs = WebHdfs.of(platform.settings, "streaming")
    hdfs.delete(f"{checkpoint}/commits", recursive=True)
    send(platform, ("orders", b"k", order(100)))
    refused = platform.python("streaming.ingest", status=1)
    assert "damaged" in refused.stderr and "make recover" in refused.stderr
    hdfs.delete(checkpoint, recursive=True)
    refused = platform.python("streaming.ingest", status=1)
    assert "is gone" in refused.stderr and "make recover" in refused.stderr
    assert "1 events wait" in platform.make("recover").stdout
    assert "1 events read" in platform.make("ingest").stdout
    assert platform.value(DOUBLES, "lake") == "0"


def test_a_topic_that_was_deleted_is_said_and_goes_on_when_accepted(platform: Platform, rules_broken: object) -> None:
    client = KafkaAdminClient(bootstrap_servers=platform.settings.kafka_bootstrap)
    client.delete_topics(["ratings"])
    wait_until(lambda: "ratings" not in client.list_topics(), 30, "the topic is still there")
    client.close()
    refused = platform.python("streaming.ingest", status=1)
    assert "ratings was created again" in refused.stderr and "ACCEPT_LOSS=1" in refused.stderr
    assert platform.python("streaming.recover", status=1).stderr.count("lost:") == 1
    platform.make("recover", ACCEPT_LOSS="1")
    send(platform, ("orders", b"k", order(101)))
    assert "1 events read" in platform.make("ingest").stdout


def expire(platform: Platform, topic: str, keep: int) -> None:
    """Let Kafka forget all of a topic but the last offsets of each partition."""
    servers = platform.settings.kafka_bootstrap
    reader, client = KafkaConsumer(bootstrap_servers=servers), KafkaAdminClient(bootstrap_servers=servers)
    parts = [TopicPartition(topic, number) for number in reader.partitions_for_topic(topic) or ()]
    client.delete_records({part: max(end - keep, 0) for part, end in reader.end_offsets(parts).items()})
    client.close()
    reader.close()


def test_what_expired_unread_is_said_and_known_when_accepted(platform: Platform, rules_broken: object) -> None:
    send(platform, *(("returns", b"k", b"{}") for _ in range(3)))
    expire(platform, "returns", keep=0)
    refused = platform.python("streaming.ingest", status=1)
    assert "expired before they were read" in refused.stderr and "ACCEPT_LOSS=1" in refused.stderr
    platform.make("recover", ACCEPT_LOSS="1")
    send(platform, ("returns", b"k", b"{}"))
    assert "1 events read" in platform.make("ingest").stdout
    lines, differences = kafka_to_bronze(platform.settings, ["returns"])
    assert differences == []
    given_up = [line.split()[6] for line in lines if line.startswith("given up before it was read")]
    assert sum(map(int, given_up)) == 3


def test_the_markers_of_transactions_are_no_loss(platform: Platform, rules_broken: object) -> None:
    for codec in ("gzip", "snappy", "lz4", "zstd"):
        producer = KafkaProducer(
            bootstrap_servers=platform.settings.kafka_bootstrap, transactional_id=codec, compression_type=codec
        )
        producer.init_transactions()
        for number in range(10):
            producer.begin_transaction()
            # What does not get smaller is sent as it is.
            producer.send("visits", b"{}" + b" " * 2_000, b"one").get(timeout=10)
            producer.abort_transaction() if number % 4 == 3 else producer.commit_transaction()
        producer.close()
    assert "32 events read" in platform.make("ingest").stdout
    # 40 marks and 8 undone; what lies behind the last row counts as not read yet.
    assert absent(platform) == [47]
    expire(platform, "visits", keep=20)
    held, expired = absent(platform)
    assert (held + expired, held < 20) == (47, True)


def absent(platform: Platform) -> list[int]:
    """What visits' offsets hold no record, by line of the comparison; no count differs."""
    lines, differences = kafka_to_bronze(platform.settings, ["visits"])
    assert differences == []
    return [int(line.split(")")[1].split()[-1]) for line in lines if line.startswith("offsets that hold no record")]


def test_upkeep_changes_no_row(platform: Platform, rules_broken: object) -> None:
    rows = "select count(*), sum(payload_hash % 1000), max(ingest_seq) from bronze.events"
    before = platform.rows(rows, "lake")
    platform.make("maintain")
    assert platform.rows(rows, "lake") == before
    assert "0 events read" in platform.make("ingest").stdout
