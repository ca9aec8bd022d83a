"""Compare counts from Kafka to PostgreSQL, up to the last committed batch; exit 1 where they do not add up."""

import argparse
import sys
from collections.abc import Sequence

import psycopg
from psycopg import sql

from spark.common import postgres, thrift
from spark.common.errors import UserError, entry_point
from spark.common.manifest import Export, exports
from spark.common.settings import Settings, settings
from spark.reconcile import checks, offsets
from spark.reconcile.offsets import Landed


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Count at every station, print a line for each, and say what differs."""
    argparse.ArgumentParser(prog="spark.reconcile", description=__doc__).parse_args(argv)
    config = settings()
    faults = [*kafka_to_bronze(config), *bronze_to_marts(config), *marts_to_postgres(config)]
    for fault in faults:
        print(f"differs: {fault}", file=sys.stderr)
    if faults:
        raise UserError(f"{len(faults)} counts do not add up, see above")
    print("every count adds up, from Kafka to PostgreSQL")


def kafka_to_bronze(config: Settings) -> list[str]:
    """Compare Kafka's offsets with the identities in bronze."""
    landed = [Landed(*row) for row in thrift.rows(config, offsets.LANDED)]
    found, waiting = offsets.faults(landed, offsets.bounds(config, checks.TOPICS))
    for topic in checks.TOPICS:
        parts = [one for one in landed if one.topic == topic]
        rows, valid, held = (sum(getattr(one, name) for one in parts) for name in ("rows", "valid", "quarantined"))
        print(f"{topic + ': Kafka = bronze':<44}{rows:>16,} = {valid:,} valid + {held:,} quarantined")
    if waiting:
        print(f"{'waiting in Kafka for `make ingest`':<44}{waiting:>16,}")
    return found


def bronze_to_marts(config: Settings) -> list[str]:
    """Run the checks within the lake; keys are looked for only where numbers differ."""
    lake = checks.lake_checks()
    found = []
    for index, left, right in sorted(thrift.rows(config, checks.numbers(lake))):
        check = lake[index]
        print(f"{check.name:<44}{left.normalize():>16,f} = {right.normalize():,f}")
        if left != right:
            keys = checks.differing(thrift.rows(config, check.keys)) or "more rows than keys"
            found.append(f"{check.name}: {left.normalize():f} and {right.normalize():f}; keys: {keys}")
    return found


def marts_to_postgres(config: Settings) -> list[str]:
    """Compare the rows of every exported mart with those in PostgreSQL."""
    marts = exports(config.dbt_target / "manifest.json")
    lake = dict(thrift.rows(config, checks.counts(mart.delta for mart in marts)))
    found = []
    with postgres.connect(config, "reporter") as connection:
        for mart in marts:
            rows, exported = lake[mart.delta], exported_rows(connection, mart)
            print(f"{mart.table + ' = PostgreSQL':<44}{rows:>16,} = {'-' if exported is None else f'{exported:,}'}")
            if rows != exported:
                found.append(f"{mart.delta}: {rows} rows, in PostgreSQL {exported}; run `make export`")
    return found


def exported_rows(connection: psycopg.Connection, mart: Export) -> int | None:
    """Return the rows of an exported mart, or None where it was never exported."""
    row = connection.execute("select to_regclass(%s)", [mart.target]).fetchone()
    if row is None or row[0] is None:
        return None
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(*mart.target.split(".")))
    return next(connection.execute(query))[0]


if __name__ == "__main__":
    main()
