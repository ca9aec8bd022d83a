"""The Spark Thrift Server: both logins, the versions of Spark and Delta, and the schemas of the lake."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pyhive.exc import Error as HiveError
from thrift.Thrift import TException

from common import thrift
from common.errors import UserError
from common.settings import Settings
from infra.cluster.finding import Finding, refusal, version_faults
from infra.local.lake import SCHEMAS
from infra.setup.jars import released

SERVICE = "thrift"
EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
# The server writes the first once dbt has run; before, it has made the second. Each tells by which Delta.
BUILT, DECLARED = ("core", "customer_behaviour"), ("predictions", "churn_scores")


@dataclass(frozen=True)
class Facts:
    """What the server answers; `delta` is the version that wrote last what the server writes, empty where none did."""

    spark: str
    delta: str
    extensions: str
    schemas: frozenset[str]


def findings(settings: Settings) -> Iterator[Finding]:
    """Log in, ask, and judge."""
    yield from login_faults(settings, thrift.READER)
    refused = [*login_faults(settings, thrift.WRITER)]
    yield from refused
    if refused:
        return
    try:
        facts = read(settings)
    except (UserError, HiveError, TException, OSError) as error:
        remedy = "see the server's log; it needs the catalogue and HDFS, and our settings of conf/spark and conf/thrift"
        yield refusal(SERVICE, UserError(f"answers no query: {error}"), remedy)
        return
    yield from judge(facts)


def login_faults(settings: Settings, identity: str) -> Iterator[Finding]:
    """Yield that an identity cannot log in."""
    try:
        thrift.connect(settings, identity).close()
    except (thrift.UnansweredError, UserError) as error:
        reason = str(error).partition("; ")[0]
        remedy = f"correct {identity.upper()}_PASSWORD, or add the login where the server keeps them"
        yield Finding(SERVICE, f"{identity} cannot log in: {reason}", remedy)


def read(settings: Settings) -> Facts:
    """Return the facts.

    Raises:
        UserError: the server does not answer, or refuses a statement.
    """
    with thrift.cursor(settings, thrift.WRITER) as cursor:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            cursor.execute(statement)
            return list(cursor.fetchall())

        schemas = frozenset(name for (name,) in rows("show schemas"))
        delta = ""
        for schema, table in (BUILT, DECLARED):
            if schema in schemas and not delta and rows(f"show tables in {schema} like '{table}'"):
                [(*_, engine, _)] = rows(f"describe history {schema}.{table} limit 1")
                delta = str(engine).partition("Delta-Lake/")[2]
        return Facts(
            spark=str(rows("select version()")[0][0]).partition(" ")[0],
            delta=delta,
            extensions=str(rows("set spark.sql.extensions")[0][1]),
            schemas=schemas,
        )


def judge(facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with versions and schemas."""
    yield from version_faults(SERVICE, "Spark", facts.spark, version("pyspark"))
    if EXTENSION not in facts.extensions:
        yield Finding(SERVICE, "the server does not know Delta", f"add {EXTENSION} to its spark.sql.extensions")
    if facts.delta:
        locked = released("spark", "delta-storage")
        yield from version_faults(SERVICE, "Delta", facts.delta, locked)
    if lacking := [name for name in SCHEMAS if name not in facts.schemas]:
        remedy = "make them, each in its folder, as docs/existing.md says"
        yield Finding(SERVICE, f"the lake has no schema {', '.join(lacking)}", remedy)
