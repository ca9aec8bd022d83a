"""What a platform holds, in counts and hashes, so that two can be compared."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from infra.local import provision_lake, provision_postgres
from infra.local.lake import SCHEMAS, SUPERUSER
from infra.local.provision_postgres import LOCATIONS
from infra.local.webhdfs import tree
from spark.common.settings import Settings
from spark.common.webhdfs import WebHdfs

Contents = dict[str, tuple[object, ...]]
THREADS = 4
# Of a table, whatever its rows' order.
LAKE = "select count(*), sum(cast(xxhash64(*) as decimal(38,0))) from {}"
SERVING = "select count(*), sum(hashtextextended(t::text, 0)) from {} as t"
RELATIONS = """
    select schemaname || '.' || quote_ident(tablename) from pg_tables where schemaname in ('marts', 'reporting', 'live')
    union all select schemaname || '.' || quote_ident(viewname) from pg_views where schemaname = 'reporting'
"""


def tables(config: Settings) -> list[str]:
    """Return the name of every table and view of the lake."""
    return [
        f"{schema}.{row[1]}" for schema in SCHEMAS for row in provision_lake.query(config, f"show tables in {schema}")
    ]


def lake(config: Settings, names: Iterable[str]) -> Contents:
    """Return rows and hash of tables of the lake, as the Thrift Server reads them, by name."""
    wanted = list(names)
    with ThreadPoolExecutor(THREADS) as pool:
        rows = pool.map(lambda name: provision_lake.query(config, LAKE.format(name))[0], wanted)
        return dict(zip(wanted, rows, strict=True))


def files(config: Settings) -> Contents:
    """Return owner, group, rights and hash of everything on HDFS: tables, checkpoints, models, raw files."""
    hdfs = WebHdfs.of(config, SUPERUSER)

    def fact(path: str) -> tuple[object, ...]:
        found = hdfs.status(path) or {}
        content = hdfs.read(path) if found.get("type") == "FILE" else None
        digest = hashlib.sha256(content).hexdigest() if content is not None else ""
        return found.get("owner"), found.get("group"), found.get("permission"), digest

    paths = list(tree(hdfs, "/lake"))
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(paths, pool.map(fact, paths), strict=True))


def addresses(config: Settings) -> set[str]:
    """Return every address of HDFS that the Hive catalogue holds, its NameNode alone."""
    with provision_postgres.connect(config, "catalogue", "catalogue") as connection:
        queries = [
            f"""select substring("{column}" from 'hdfs://[^/]+') from "{table}" where "{column}" like '%hdfs://%'"""
            for table, column in LOCATIONS
        ]
        return {row[0] for query in queries for row in connection.execute(query)}


def serving(config: Settings) -> Contents:
    """Return rows and hash of every table of PostgreSQL's marts, and of every view for people, by name."""
    with provision_postgres.connect(config, "lake", "reporter") as connection:
        names = sorted(name for (name,) in connection.execute(RELATIONS))
        return {name: connection.execute(SERVING.format(name)).fetchone() or () for name in names}


def kafka(config: Settings) -> Contents:
    """Return identity, first and last offsets of every topic, by name."""
    admin = KafkaAdminClient(bootstrap_servers=config.kafka_bootstrap)
    consumer = KafkaConsumer(bootstrap_servers=config.kafka_bootstrap)
    try:
        found: Contents = {}
        for topic in admin.describe_topics():
            if not topic["is_internal"]:
                parts = sorted(TopicPartition(topic["name"], one["partition_index"]) for one in topic["partitions"])
                first, end = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
                marks = ((one.partition, first[one], end[one]) for one in parts)
                found[topic["name"]] = (str(topic["topic_id"]), *marks)
        return found
    finally:
        consumer.close()
        admin.close()
