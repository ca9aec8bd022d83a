"""What a backup consists of: one archive per store, and one for the files that belong to neither."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from common import postgres
from common.errors import UserError
from common.settings import Settings
from infra.local.archive import Entry, entries
from infra.local.service import Service

# Of daemons that run, or that were killed.
LEFT_OUT = ("postmaster.pid", "pgsql_tmp", "initdb.password", "pgdata.new", "in_use.lock", ".lock")
# A platform whose stores have been made has all of these.
SIGNS = ("data/postgres/pgdata/PG_VERSION", "data/kafka/meta.properties", "data/hdfs/name/current/VERSION")
# The daemons whose files are copied, and by whose version it is known who can read them.
STORES = {"postgres": "PostgreSQL", "kafka": "Kafka", "namenode": "HDFS"}
MANIFEST = "dbt/manifest.json"


@dataclass(frozen=True)
class Part:
    """An archive; `roots` are paths below the state folder, which alone it may hold."""

    name: str
    roots: tuple[str, ...]


PARTS = (
    Part("postgres", ("data/postgres",)),
    Part("kafka", ("data/kafka",)),
    Part("hdfs", ("data/hdfs", "data/thrift")),
    Part("files", ("replays", "simulations", "out", "run/ingest.json", MANIFEST)),
)
SECRETS = Part("secrets", ("secrets",))


def content(settings: Settings, part: Part) -> list[Entry]:
    """Return the files and folders of a part; dbt's manifest may lie outside of the state folder."""
    return [*entries(settings.state_dir, (root for root in part.roots if root != MANIFEST), LEFT_OUT)] + (
        [*manifest(settings)] if MANIFEST in part.roots else []
    )


def manifest(settings: Settings) -> Iterator[Entry]:
    """Yield dbt's manifest, which says what is exported, where dbt has written one."""
    path = settings.dbt_target / "manifest.json"
    if path.is_file():
        yield Entry(path, MANIFEST, path.stat().st_size)


def require_stores(settings: Settings) -> None:
    """Refuse a platform that has nothing to be kept.

    Raises:
        UserError: it was never up, or a store is missing.
    """
    missing = [sign for sign in SIGNS if not settings.path(sign).is_file()]
    if missing:
        raise UserError(f"{settings.path(missing[0])} is missing: this platform was never up, or is damaged; `make up`")


def versions(services: list[Service]) -> dict[str, str]:
    """Return the version of each store."""
    return {program.name: program.version for one in services for program in one.programs if program.name in STORES}


def clock(settings: Settings) -> str | None:
    """Return the day that the marts are of; None where nothing was exported, or nobody answers."""
    try:
        with postgres.connect(settings, "reporter") as connection:
            row = connection.execute("select max(as_of_day)::text from reporting.run_bounds").fetchone()
    except (UserError, psycopg.Error):
        return None
    return row[0] if row else None
