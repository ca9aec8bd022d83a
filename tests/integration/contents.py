"""What a platform holds, in counts and hashes, so that two can be compared."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from common.settings import Settings
from common.webhdfs import WebHdfs
from infra.local import provision_lake, provision_postgres
from infra.local.lake import SCHEMAS, SUPERUSER
from infra.local.provision_postgres import LOCATIONS

Contents = dict[str, tuple[object, ...]]
THREADS = 4
FACTS = ("type", "length", "modificationTime", "owner", "group", "permission")
# Of a table, whatever its rows' order.
LAKE = "select count(*), sum(cast(xxhash64(to_json(struct(*))) as decimal(38,0))) from {}"
SERVING = "select count(*), sum(hashtextextended(t::text, 0)) from {} as t"
RELATIONS = """
    select schemaname || '.' || quote_ident(tablename) from pg_tables where schemaname in ('marts', 'reporting', 'live')
    union all select schemaname || '.' || quote_ident(viewname) from pg_views where schemaname = 'reporting'
"""


def tables(settings: Settings) -> list[str]:
    """Return the name of every table and view of the lake."""
    return [
        f"{schema}.{row[1]}" for schema in SCHEMAS for row in provision_lake.query(settings, f"show tables in {schema}")
    ]


def lake(settings: Settings, names: Iterable[str]) -> Contents:
    """Return rows and hash of tables of the lake, as the Thrift Server reads them, by name."""
    wanted = list(names)
    with ThreadPoolExecutor(THREADS) as pool:
        rows = pool.map(lambda name: provision_lake.query(settings, LAKE.format(name))[0], wanted)
        return dict(zip(wanted, rows, strict=True))


def files(settings: Settings) -> Contents:
    """Return size, time, owner, group and rights of every file and folder of the lake: tables, checkpoints, models."""
    return dict(walk(WebHdfs.of(settings, SUPERUSER), "/lake"))


def walk(hdfs: WebHdfs, folder: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield what lies below a folder of HDFS, by path."""
    for one in hdfs.call("GET", folder, "LISTSTATUS")["FileStatuses"]["FileStatus"]:
        path = f"{folder}/{one['pathSuffix']}"
        yield path, tuple(one[fact] for fact in FACTS)
        if one["type"] == "DIRECTORY":
            yield from walk(hdfs, path)


def addresses(settings: Settings) -> set[str]:
    """Return every address of HDFS that the Hive catalogue holds, its NameNode alone."""
    with provision_postgres.connect(settings, "catalogue", "catalogue") as connection:
        queries = [
            f"""select substring("{column}" from 'hdfs://[^/]+') from "{table}" where "{column}" like '%hdfs://%'"""
            for table, column in LOCATIONS
        ]
        return {row[0] for query in queries for row in connection.execute(query)}


def serving(settings: Settings) -> Contents:
    """Return rows and hash of every table of PostgreSQL's marts, and of every view for people, by name."""
    with provision_postgres.connect(settings, "lake", "reporter") as connection:
        names = sorted(name for (name,) in connection.execute(RELATIONS))
        return {name: connection.execute(SERVING.format(name)).fetchone() or () for name in names}


def kafka(settings: Settings) -> Contents:
    """Return identity, first and last offsets of every topic, by name."""
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka_bootstrap)
    try:
        topics: Contents = {}
        for topic in admin.describe_topics():
            if not topic["is_internal"]:
                parts = sorted(TopicPartition(topic["name"], one["partition_index"]) for one in topic["partitions"])
                first, end = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
                marks = ((one.partition, first[one], end[one]) for one in parts)
                topics[topic["name"]] = (str(topic["topic_id"]), *marks)
        return topics
    finally:
        consumer.close()
        admin.close()
