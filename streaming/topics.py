"""The topics, made from the contracts, and what Kafka says about them."""

from collections.abc import Iterable, Mapping, Sequence

from kafka import KafkaConsumer
from kafka.errors import TopicAlreadyExistsError

from common.cli import Parser
from common.contracts.model import Contract, load
from common.errors import entry_point
from common.kafka_errors import reaching
from common.kafka_topics import (
    PATIENCE_MS,
    Definition,
    Topic,
    admin,
    of_alerts,
    of_contracts,
    partition_bounds,
)
from common.settings import Settings, read_settings


def main(argv: Sequence[str] | None = None) -> None:
    """Create the contracts' topics where they are not there yet, and say what they hold."""
    Parser(prog="python -m streaming.topics", description=main.__doc__).parse_args(argv)
    settings = read_settings()
    contracts = load(settings.contracts_dir)
    created = ensure(settings, contracts.topics)
    present = describe(settings, [contract.topic for contract in contracts.topics])
    for topic in present:
        print(f"{topic.name:<12} {len(topic.bounds)} partitions  {topic.records:>12,} records  {topic.topic_id}")
    print(f"{len(present)} topics, {len(created)} of them new")


def ensure(settings: Settings, contracts: Iterable[Contract]) -> list[str]:
    """Create the topics that are not there yet and return their names."""
    return create(settings, of_contracts(settings, contracts))


def ensure_alerts(settings: Settings) -> None:
    """Create the topic of the monitor's findings where it is not there yet."""
    create(settings, of_alerts())


def create(settings: Settings, topics: Mapping[str, Definition]) -> list[str]:
    """Create the topics that are not there yet, from their definitions by name, and return their names."""
    with admin(settings) as client:
        there = set(client.list_topics())
        wanted = [name for name in topics if name not in there]
        for name in wanted:
            one = {"num_partitions": topics[name].partitions, "configs": topics[name].configs}
            try:
                client.create_topics({name: one}, wait_for_metadata=True)
            except TopicAlreadyExistsError:
                continue
        return wanted


def describe(settings: Settings, names: Sequence[str]) -> list[Topic]:
    """Return the topics of these names, with the offsets that they have now."""
    with admin(settings) as client:
        identities = {one["name"]: str(one["topic_id"]) for one in client.describe_topics(list(names))}
    with reaching(settings):
        consumer = KafkaConsumer(
            bootstrap_servers=settings.kafka_bootstrap,
            enable_auto_commit=False,
            bootstrap_timeout_ms=PATIENCE_MS,
            # As the ingest reads: an end within an open transaction is out of its reach.
            isolation_level="read_committed",
        )
        try:
            return [Topic(name, identities[name], partition_bounds(consumer, name)) for name in names]
        finally:
            consumer.close()


if __name__ == "__main__":
    entry_point(main)()
