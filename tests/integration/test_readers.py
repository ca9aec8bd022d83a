"""What a person or a BI tool may say at the Thrift Server: questions about what lies in the schemas, nothing else."""

import pytest
from pyhive import hive
from pyhive.exc import OperationalError

from common import thrift
from tests.integration.harness import Platform

pytestmark = pytest.mark.usefixtures("built_lake")

FILE = "text.`file:///etc/hostname`"
CODE = "reflect('java.lang.System', 'getProperty', 'user.name')"
# Settings that a client may bring along with its login.
BROUGHT = {
    f"set:hiveconf:spark.sql.{name}": "true" for name in ("runSQLOnFiles", "variable.substitute", "legacy.allowX")
}
REFUSED = [
    ("select * from text.x", "no schema text"),
    (f"select * from {FILE}", "by its path"),
    (f"with a as (select * from {FILE}) select * from a", "by its path"),
    (f"select (select max(value) from {FILE})", "by its path"),
    (f"explain select * from {FILE}", "by its path"),
    ("select * from delta.`/lake/warehouse/bronze.db/events`", "by its path"),
    ("describe detail '/lake/warehouse/bronze.db/events'", "by its path"),
    (f"select * from identifier('{FILE}')", "by its path"),
    (f"select * from identifier(concat('{FILE}', ''))", "texts"),
    ("execute immediate 'drop table bronze.events'", "texts"),
    ("begin drop table bronze.events; end", "texts"),
    (f"select {CODE}", "run code by reflect"),
    (f"select {CODE.replace('reflect', 'java_method')}", "run code by java_method"),
    ("select identifier('reflect')('java.lang.System', 'getProperty', 'user.name')", "texts"),
    ("select transform(a) using 'cat' as b from (select 1 as a)", "script transformation"),
    ("select from_xml('<a>1</a>', 'b string', map('rowValidationXSDPath', 'file:/none.xsd'))", "options read files"),
    ("select schema_of_xml('<a>1</a>', map('rowValidationXSDPath', 'file:/none.xsd'))", "options read files"),
    ("create table core.mine (a int) using delta", "not create table"),
    ("with a as (select 1 as n) insert into core.run_bounds select * from a", "not insert"),
    ("drop table bronze.events", "not drop table"),
    ("create temporary view mine as select 1", "not create view"),
    (f"create temporary view mine using text options (path '{FILE}')", "outside of the lake"),
    ("add jar '/nowhere/mine.jar'", "outside of the lake"),
    ("create temporary function mine as 'java.lang.String' using jar '/nowhere/mine.jar'", "outside of the lake"),
    ("cache table bronze.events", "not cache table"),
    ("set spark.sql.runSQLOnFiles=true", "not set"),
    ("set", "not set"),
    ("vacuum bronze.events", "not vacuum"),
]
ANSWERED = [
    "select current_user() where exists (select 1 from bronze.events) or true",
    "with recursive a(n) as (select 1 union all select n + 1 from a where n < 4) select sum(n) over () from a",
    "select * from bronze.quarantine limit 1",
    "select * from spark_catalog.bronze.events version as of 0",
    "select s from values (1, array('x')) as v(n, a) lateral view explode(a) t as s |> where s = 'x'",
    "show schemas",
    "show tables in bronze",
    "show columns in bronze.events",
    "describe extended bronze.events",
    "describe history bronze.events limit 1",
    "use bronze",
    "explain select count(*) from bronze.events",
]
# What dbt never needs, so its identity has it neither.
REFUSED_TO_ALL = [
    (f"select {CODE}", "run code"),
    ("select transform(a) using 'cat' as b from (select 1 as a)", "outside"),
    ("create table core.mine using text options (path 'file:///etc')", "in their schema's folder only"),
    ("create table core.mine using parquet options (path 'file:///etc')", "in their schema's folder only"),
    ("create table core.mine (a int) using delta location 'file:///nowhere/mine'", "in their schema's folder only"),
    ("create table core.mine stored as textfile as select 1 as a", "in their schema's folder only"),
    ("select from_xml('<a>1</a>', 'b string', map('rowValidationXSDPath', 'file:/none.xsd'))", "options read files"),
    ("create database mine location 'file:/nowhere/mine'", "schemas in the lake only"),
    ("create database mine location '/lake/warehouse/../../nowhere/mine'", "schemas in the lake only"),
    ("alter database core set location 'file:/nowhere/mine'", "outside"),
    ("alter table bronze.events set location 'file:/nowhere/mine'", "outside"),
    ("drop database none_such", "outside"),
    ("convert to delta parquet.`file:/nowhere/mine`", "outside"),
    ("describe detail 'file:/nowhere/mine'", "by its path"),
    ("describe history delta.`file:/nowhere/mine`", "by its path"),
    ("select * from delta.`/lake/warehouse/bronze.db/events`", "by its path"),
    ("insert into delta.`file:/nowhere/mine` select 1", "by its path"),
    ("create table delta.`file:/nowhere/mine` (a int) using delta", "by its path"),
    ("vacuum 'file:/nowhere/mine'", "by its path"),
    ("refresh 'file:/nowhere/mine'", "outside"),
    ("load data local inpath '/etc/hostname' into table core.mine", "outside"),
    ("insert overwrite local directory '/nowhere/mine' using csv select 1", "outside"),
    (f"select * from {FILE}", "by its path"),
]


def refusal(cursor: hive.Cursor, statement: str) -> str:
    """Run a statement that must be refused, and return the sentence that the server says."""
    with pytest.raises(OperationalError) as refused:
        cursor.execute(statement)
        cursor.fetchall()
    return thrift.first_line(refused.value)


def test_a_reader_asks_and_does_nothing_else(platform: Platform) -> None:
    with thrift.cursor(platform.settings) as cursor:
        refusals = {statement: refusal(cursor, statement) for statement, _ in REFUSED}
        for statement in ANSWERED:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
    wrong = {statement: refusals[statement] for statement, words in REFUSED if words not in refusals[statement]}
    assert wrong == {}


def test_no_setting_that_a_client_brings_opens_files_or_shows_secrets(platform: Platform) -> None:
    settings = platform.settings
    login = {"username": "reader", "password": settings.secret("reader"), "auth": "CUSTOM"}
    connection = hive.connect(settings.thrift_host, settings.thrift_port, configuration=BROUGHT, **login)
    cursor = connection.cursor()
    assert "by its path" in refusal(cursor, f"select * from {FILE}")
    cursor.execute("select '${env:PATH}', '${spark.sql.warehouse.dir}'")
    assert cursor.fetchall() == [("${env:PATH}", "${spark.sql.warehouse.dir}")]
    cursor.execute("set -v")
    shown = str(cursor.fetchall())
    assert not [name for name in ("catalogue", "modeler", "reader") if settings.secret(name) in shown]
    connection.close()


def test_nobody_reads_files_or_runs_code_over_thrift(platform: Platform) -> None:
    with thrift.cursor(platform.settings, thrift.WRITER) as cursor:
        refusals = {statement: refusal(cursor, statement) for statement, _ in REFUSED_TO_ALL}
    wrong = {statement: refusals[statement] for statement, words in REFUSED_TO_ALL if words not in refusals[statement]}
    assert wrong == {}


def test_sql_asks_the_lake_as_the_reader(platform: Platform) -> None:
    assert platform.value("select current_user() as who", "lake") == "reader"
    refused = platform.make("sql", status=2, Q="create table core.mine (a int) using delta", STORE="lake").stderr
    assert (
        "error: the lake refused the query: reader may only ask: select, show, describe, explain; not create" in refused
    )
