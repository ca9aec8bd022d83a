"""The schemas and declared tables of the lake, made over Thrift."""

import hashlib
import importlib.util
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from pyhive.exc import Error as HiveError
from thrift.Thrift import TException

from common import thrift
from common.contracts.bronze import add_columns, lacking
from common.contracts.model import load
from common.errors import UserError
from common.lake_paths import schema_folder, table_folder
from common.settings import Settings
from infra.local import hdfs_folders
from infra.local.files import has_stamp, write
from infra.local.lake import GROUP, SCHEMAS, Folder

TABLE = re.compile(r"create table if not exists `?(\w+)`?\.`?(\w+)`?", re.IGNORECASE)
# What a statement declares, and in which schema.
DECLARED = re.compile(r"create (?:or replace )?(?:table|view)(?: if not exists)? `?(\w+)`?\.", re.IGNORECASE)


def query(settings: Settings, *statements: str) -> list[tuple]:
    """Run statements in one session and return the rows of the last.

    Raises:
        UnansweredError: the server does not answer.
        UserError: it refuses a statement.
    """
    connection = thrift.connect(settings, thrift.WRITER)
    try:
        cursor = connection.cursor()
        for statement in statements:
            try:
                cursor.execute(statement)
            except HiveError as error:
                raise UserError(f"the Thrift Server refused `{statement[:80]}`: {first_line(error)}") from None
        return cursor.fetchall() if cursor.description else []
    except (TException, OSError) as error:
        raise thrift.UnansweredError(str(error)) from None
    finally:
        connection.close()


def first_line(error: HiveError) -> str:
    """Return the first line of what the server says."""
    return thrift.message(error).partition("\n")[0][:300]


def provision(settings: Settings) -> None:
    """Ensure the catalogue's schemas and the declared tables; skipped where the stamp says it was done."""
    declared = ddl(settings)
    stamp = settings.path("data", "thrift", "provisioned")
    fingerprint = hashlib.sha256("\n".join([*schemas(), *declared, identity(settings)]).encode()).hexdigest()
    if has_stamp(stamp, fingerprint):
        return
    owned = locations(declared)
    for path in owned:
        lend(settings, path)
    query(settings, *schemas())
    widen(settings)
    lanes = by_schema(declared)
    with ThreadPoolExecutor(len(lanes) or 1) as pool:
        # Each lane is a session of its own: an empty table is a second of planning, on one core.
        list(pool.map(lambda lane: query(settings, *lane), lanes))
    for path, owner in owned.items():
        take_back(settings, path, owner)
    write(stamp, fingerprint)


def widen(settings: Settings) -> None:
    """Add what the contracts have gained since bronze's tables were made; views of them name it."""
    contracts = load(settings.contracts_dir)
    for table in (contracts.events_table, contracts.snapshots_table):
        log = f"{table_folder(table.name)}/_delta_log"
        if hdfs_folders.status(settings, log) is None:
            continue
        held = {name: kind for name, kind, *_ in query(settings, f"describe table {table.name}")}
        if statement := add_columns(table.name, lacking(table, held)):
            # The table stays its owner's, who may be writing to it.
            hdfs_folders.set_mode(settings, log, "770")
            try:
                query(settings, statement)
            finally:
                hdfs_folders.set_mode(settings, log, "750")


def by_schema(statements: Iterable[str]) -> list[list[str]]:
    """Return statements by the schema whose tables and views they declare, in their order; others are of the first."""
    lanes: dict[str, list[str]] = {}
    for statement in statements:
        match = DECLARED.match(statement.strip())
        name = match[1].lower() if match else next(iter(lanes), "")
        lanes.setdefault(name, []).append(statement)
    return list(lanes.values())


def ddl(settings: Settings) -> list[str]:
    """Return the statements that declare tables and views; none where nothing declares any."""
    if importlib.util.find_spec("common.tables") is None:
        return []
    from common import tables

    return list(tables.ddl(settings))


def identity(settings: Settings) -> str:
    """Return what changes when the NameNode's data was created again."""
    version = settings.path("data", "hdfs", "name", "current", "VERSION")
    lines = version.read_text().splitlines() if version.is_file() else []
    return next((line for line in lines if line.startswith("clusterID=")), settings.hdfs_url)


def schemas() -> list[str]:
    """Return the statements that declare the schemas in their folders."""
    return [f"create database if not exists {name} location '{schema_folder(name)}'" for name in SCHEMAS]


def locations(statements: Iterable[str]) -> dict[str, str]:
    """Return the folders of the tables that statements declare, each with the owner of its schema."""
    matches = (TABLE.match(statement.strip()) for statement in statements)
    tables = [(match[1].lower(), match[2].lower()) for match in matches if match]
    return {f"{schema_folder(schema)}/{table}": SCHEMAS[schema] for schema, table in tables}


def lend(settings: Settings, path: str) -> None:
    """Let the Thrift Server write the first commit of a table that is not its own."""
    if hdfs_folders.status(settings, f"{path}/_delta_log") is None:
        hdfs_folders.ensure(settings, Folder(path, "modeler", GROUP, "750"))


def take_back(settings: Settings, path: str, owner: str) -> None:
    """Give a table that was just made to the owner of its schema."""
    have = hdfs_folders.status(settings, path)
    if have is not None and have["owner"] != owner:
        hdfs_folders.give(settings, path, owner)
