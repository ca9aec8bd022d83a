"""The roles, databases, schemas and grants of PostgreSQL, and the Hive catalogue's tables."""

import hashlib
import tarfile

import psycopg
from psycopg import sql

from common import postgres
from common.errors import UserError
from common.live_tables import postgres_ddl
from common.settings import Settings
from infra.local.files import has_stamp, write
from infra.setup.jars import classpath

ROLES = ("catalogue", "exporter", "modeler", "monitor", "reporter")
LAKE_ROLES = ("exporter", "modeler", "monitor", "reporter")
OWNERS = {"marts": "exporter", "reporting": "modeler", "live": "monitor"}
READERS = {"marts": ("modeler", "reporter"), "reporting": ("reporter",), "live": ("reporter",)}

# Hive 2.3.10, which Spark brings, wants this version; the archive holds the schema of 1.2.0 and the steps from it.
CATALOGUE_VERSION = "2.3.0"
CATALOGUE_SCRIPTS = (
    "hive-schema-1.2.0",
    "upgrade-1.2.0-to-2.0.0",
    "upgrade-2.0.0-to-2.1.0",
    "upgrade-2.1.0-to-2.2.0",
    "upgrade-2.2.0-to-2.3.0",
)
# Where the catalogue stores addresses of HDFS.
LOCATIONS = (
    ("DBS", "DB_LOCATION_URI"),
    ("SDS", "LOCATION"),
    ("SERDE_PARAMS", "PARAM_VALUE"),
    ("TABLE_PARAMS", "PARAM_VALUE"),
)


def connect(settings: Settings, database: str, role: str) -> psycopg.Connection:
    """Return a connection that commits each statement."""
    return psycopg.connect(postgres.address(settings, role, database), autocommit=True)


def provision(settings: Settings) -> None:
    """Ensure tables of `live`, and what a stamp says where it was done: roles, databases, schemas, grants."""
    stamp = settings.path("data", "postgres", "provisioned")
    current = fingerprint(settings)
    if not has_stamp(stamp, current):
        with connect(settings, "postgres", "postgres") as connection:
            ensure_roles(connection, settings)
            ensure_databases(connection)
        with connect(settings, "lake", "postgres") as connection:
            for statement in schema_statements():
                connection.execute(statement)
        ensure_catalogue(settings)
        write(stamp, current)
    ensure_live(settings)
    with connect(settings, "catalogue", "catalogue") as connection:
        relocate(connection, settings.hdfs_url)


def fingerprint(settings: Settings) -> str:
    """Return a hash that changes with what `provision` would do, passwords included."""
    statements = [*schema_statements(), *postgres_ddl()]
    parts = [*statements, *(settings.secret(role) for role in ROLES), CATALOGUE_VERSION, repr(LAKE_ROLES)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def ensure_roles(connection: psycopg.Connection, settings: Settings) -> None:
    """Create the roles that are missing and set every password; the server only ever sees its verifier."""
    have = {name for (name,) in connection.execute("select rolname from pg_roles")}
    for role in ROLES:
        if role not in have:
            connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
        verifier = connection.pgconn.encrypt_password(settings.secret(role).encode(), role.encode(), b"scram-sha-256")
        connection.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(verifier.decode()))
        )
    connection.execute("alter role reporter set search_path to reporting, marts, live")


def ensure_databases(connection: psycopg.Connection) -> None:
    """Create the two databases; each lets in its own roles only."""
    have = {name for (name,) in connection.execute("select datname from pg_database")}
    if "catalogue" not in have:
        connection.execute("create database catalogue owner catalogue")
    if "lake" not in have:
        connection.execute("create database lake")
    connection.execute("revoke all on database catalogue, lake from public")
    connection.execute(f"grant connect on database lake to {', '.join(LAKE_ROLES)}")


def schema_statements() -> list[str]:
    """Return the statements that give each schema of database `lake` its owner and its readers."""
    # dbt runs a unit test in a temporary table.
    statements = ["grant temporary on database lake to modeler"]
    for schema, owner in OWNERS.items():
        readers = ", ".join(READERS[schema])
        statements += [
            f"create schema if not exists {schema} authorization {owner}",
            f"grant usage on schema {schema} to {readers}",
            f"grant select on all tables in schema {schema} to {readers}",
            f"alter default privileges for role {owner} in schema {schema} grant select on tables to {readers}",
        ]
    return statements


def ensure_live(settings: Settings) -> None:
    """Create the tables and indexes of schema `live` that are not there: each time, since no stamp knows of a drop."""
    with connect(settings, "lake", "monitor") as connection:
        for statement in postgres_ddl():
            connection.execute(statement)


def ensure_catalogue(settings: Settings) -> None:
    """Create the Hive catalogue's tables by Hive's own scripts; one of another version without tables is made again.

    Raises:
        UserError: the catalogue holds tables but is of another version.
    """
    with connect(settings, "catalogue", "catalogue") as connection:
        version = catalogue_version(connection)
        if version == CATALOGUE_VERSION:
            return
        if version is not None and one(connection, 'select count(*) from "TBLS"'):
            raise UserError(f"the catalogue is of version {version}, not {CATALOGUE_VERSION}; run `make reset`")
        with connection.transaction():
            connection.execute("drop owned by catalogue")
            for script in catalogue_scripts():
                connection.execute(script)


def catalogue_version(connection: psycopg.Connection) -> str | None:
    """Return the version that the catalogue says it has, or None where it has none."""
    if one(connection, "select to_regclass('public.\"VERSION\"')") is None:
        return None
    version = one(connection, 'select max("SCHEMA_VERSION") from "VERSION"')
    return None if version is None else str(version)


def one(connection: psycopg.Connection, query: str) -> object:
    """Return the single value of a query."""
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def relocate(connection: psycopg.Connection, hdfs_url: str) -> None:
    """Let the catalogue point to HDFS where it is now: it stores whole addresses, and a new PORT_BASE changes them."""
    query = """select distinct substring("DB_LOCATION_URI" from '^hdfs://[^/]+') from "DBS" """
    known = [base for (base,) in connection.execute(query) if base and base != hdfs_url]
    with connection.transaction():
        for base in known:
            for table, column in LOCATIONS:
                name, value = sql.Identifier(table), sql.Identifier(column)
                connection.execute(
                    sql.SQL("update {} set {} = %s || substr({}, %s) where starts_with({}, %s)").format(
                        name, value, value, value
                    ),
                    (hdfs_url, len(base) + 1, f"{base}/"),
                )


def catalogue_scripts() -> list[bytes]:
    """Return Hive's scripts of the catalogue's tables, in order; they are plain SQL and need none of Hive's tools."""
    with tarfile.open(classpath("metastore")[0]) as archive:
        files = {member.name.rpartition("/")[2]: member for member in archive.getmembers() if member.isfile()}
        opened = (archive.extractfile(files[f"{name}.postgres.sql"]) for name in CATALOGUE_SCRIPTS)
        return [file.read() for file in opened if file]


def jdbc(settings: Settings) -> dict[str, object]:
    """Return how a JVM reaches the catalogue's database."""
    return {
        "javax.jdo.option.ConnectionURL": f"jdbc:postgresql://{settings.postgres_host}:{settings.postgres_port}/catalogue",
        "javax.jdo.option.ConnectionDriverName": "org.postgresql.Driver",
        "javax.jdo.option.ConnectionUserName": "catalogue",
        "javax.jdo.option.ConnectionPassword": settings.secret("catalogue"),
        "hive.metastore.schema.verification": "true",
        "datanucleus.schema.autoCreateAll": "false",
        # Every JVM opens two pools of this size.
        "datanucleus.connectionPool.maxPoolSize": 3,
    }
