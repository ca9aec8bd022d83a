"""Each rule of Kafka on brokers and topics written out; the first case is as all must be."""

from dataclasses import replace

import pytest

from common.kafka_topics import definition
from infra.cluster.kafka import CLUSTER_RIGHTS, METADATA_VERSION, TOPIC_RIGHTS, Facts, Held, is_less, judge

WANTED = {"orders": definition(2, 30), "visits": definition(2, None)}
RIGHT = {
    name: Held(partitions=2, copies=1, without_leader=0, configs=one.configs, may=TOPIC_RIGHTS)
    for name, one in WANTED.items()
}
FACTS = Facts(brokers=1, metadata_version=METADATA_VERSION, may=CLUSTER_RIGHTS, free=10**11, topics=RIGHT)


def with_orders(**more: object) -> Facts:
    """Return the brokers with a difference in one topic."""
    return replace(FACTS, topics={**RIGHT, "orders": replace(RIGHT["orders"], **more)})  # type: ignore[arg-type]


def with_config(name: str, value: str) -> Facts:
    """Return the brokers with a difference in a setting of one topic."""
    return with_orders(configs={**RIGHT["orders"].configs, name: value})


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        (FACTS, []),
        (replace(FACTS, free=None), []),
        (replace(FACTS, metadata_version=29), ["its brokers go up to metadata.version 29, not 33 as of 4.4.0"]),
        (replace(FACTS, may=frozenset({"CREATE"})), ["this client may not IDEMPOTENT_WRITE on the cluster"]),
        (replace(FACTS, free=10**9), ["1.0 GB free on a broker"]),
        (replace(FACTS, topics={}), ["topics are missing, or hidden from this client: orders, visits"]),
        (with_orders(partitions=3), ["orders: 3 partitions, not 2"]),
        (replace(FACTS, brokers=3), ["orders, visits: 1 copy on 3 brokers"]),
        (with_orders(without_leader=1), ["orders: 1 partitions have no leader"]),
        (with_orders(may=TOPIC_RIGHTS - {"WRITE"}), ["orders: this client may not WRITE"]),
        (with_config("retention.ms", "1000"), ["orders: retention.ms is 1000, not 2592000000"]),
        (with_config("max.message.bytes", "1048588"), ["orders: max.message.bytes is 1048588, not 8388608"]),
        (with_config("cleanup.policy", "compact"), ["orders: cleanup.policy is compact, not delete"]),
        (with_config("retention.ms", "-1"), []),
    ],
)
def test_a_fault_is_said_once_for_all_topics_that_have_it(facts: Facts, faults: list[str]) -> None:
    found = [*judge(WANTED, facts)]
    assert [one.fault for one in found] == faults
    assert all(one.remedy for one in found)


@pytest.mark.parametrize(
    ("have", "want", "less"),
    [("-1", "-1", False), ("-1", "5", False), ("5", "-1", True), ("4", "5", True), ("6", "5", False)],
)
def test_forever_is_longer_than_any_time(have: str, want: str, less: bool) -> None:
    assert is_less("retention.ms", have, want) is less
