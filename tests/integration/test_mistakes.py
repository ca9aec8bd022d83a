"""What a person mistypes, on a platform that is up: one line in the words that were typed, and nothing begins.

`{home}` is a folder of that person, `{state}` the platform's. Make itself adds a line.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.integration.harness import Platform

pytestmark = pytest.mark.usefixtures("built_lake")

COLUMNS = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
# Target, variables, what the line says; the exit status is make's 2.
MISTAKES: list[tuple[str, dict[str, str], str]] = [
    ("sql", {"Q": "select 1; select 2"}, "that is more than one statement, of which only one is answered"),
    ("sql", {"Q": "select 1; select 2", "STORE": "lake"}, "Syntax error at or near 'select'"),
    ("sql", {}, "give a query: make sql Q='select 1'"),
    ("sql", {"Q": "  "}, "give a query: make sql Q='select 1'"),
    ("sql", {"Q": "select 1", "FORMAT": "CSV"}, "FORMAT: invalid choice: 'CSV' (choose from 'table', 'csv')"),
    ("sql", {"Q": "select 1", "STORE": "xyz"}, "STORE: invalid choice: 'xyz' (choose from 'serving', 'lake')"),
    ("sql", {"Q": "selec 1"}, 'PostgreSQL refused the query: syntax error at or near "selec"'),
    ("sql", {"Q": "selec 1", "STORE": "lake"}, "at or near 'selec'. SQLSTATE: 42601 (line 1, pos 0)"),
    ("sql", {"Q": "select x from bronze.events", "STORE": "lake"}, "cannot be resolved. Did you mean one of"),
    ("sql", {"Q": "select id from range(100000000)", "STORE": "lake"}, "(64.0 MiB); ask for fewer rows or columns"),
    ("sql", {"Q": "drop table marts.x"}, "cannot execute DROP TABLE in a read-only transaction"),
    ("logs", {"SERVICE": "kafak"}, "there is no service 'kafak'; the services are datanode, flume"),
    ("logs", {}, "name a service: make logs SERVICE=kafka"),
    ("up", {"SERVICES": "+yran"}, "SERVICES=yran: the optional services are yarn"),
    ("requeue", {}, "give RULE="),
    ("requeue", {"RULE": "x", "SINCE": "2025-13-01"}, "SINCE='2025-13-01' is no day or instant"),
    ("requeue", {"RULE": "x", "REPAIR": "{home}/none.py"}, "none.py: no such Python file (.py)"),
    ("train", {"TASK": "chrun"}, "TASK: invalid choice: 'chrun' (choose from 'churn', 'satisfaction', 'segments')"),
    ("guard", {"AS_OF": "typo"}, "AS_OF: typo is not a day such as 2011-09-30"),
    ("guard", {"AS_OF": "1999-01-01"}, "no feature could move; name an earlier day: AS_OF="),
    ("backfill", {"FROM": "today"}, "FROM: today is not a day such as 2011-09-30"),
    ("backfill", {"FROM": "2025-02-01", "TO": "2025-01-01"}, "backfill needs two days in order"),
    ("replay", {}, "give ORDERS= and MAPPING="),
    ("replay", {"ORDERS": "{home}/none.csv", "MAPPING": "online_retail"}, "none.csv: no such file"),
    ("replay", {"ORDERS": "{home}", "MAPPING": "online_retail"}, "is a directory; name the file in it"),
    ("replay", {"ORDERS": "{home}/empty.csv", "MAPPING": "online_retail"}, "empty.csv: the file is empty"),
    ("replay", {"ORDERS": "{home}/header.csv", "MAPPING": "online_retail"}, "header.csv: has a header and no rows"),
    ("replay", {"ORDERS": "{home}/header.csv", "MAPPING": "online"}, "no mapping online: there is no such file"),
    ("replay", {"ORDERS": "{home}/header.csv", "MAPPING": "{home}/header.csv"}, "header.csv: holds no mapping"),
    ("replay", {"ORDERS": "{home}/header.csv", "MAPPING": "{home}/broken.yml"}, "broken.yml: line 1: cannot be read: "),
    ("replay", {"ORDERS": "{home}/fifo.csv", "MAPPING": "online_retail"}, "fifo.csv: is not a regular file"),
    ("replay", {"ORDERS": "/dev/zero", "MAPPING": "online_retail"}, "/dev/zero: is not a regular file"),
    ("replay", {"ORDERS": "{home}/random.csv.gz", "MAPPING": "online_retail"}, "random.csv.gz: is no gzip file"),
    ("replay", {"ORDERS": "{home}/book.xlsx", "MAPPING": "online_retail"}, "workbook is damaged or cut short"),
    ("snapshot", {}, "give FILE="),
    ("snapshot", {"FILE": "{home}/binary.csv"}, "binary.csv: line 1, byte 1: not utf-8; "),
    ("snapshot", {"FILE": "{home}/header.csv"}, "header.csv: has no column 'Gender'; its columns are InvoiceNo"),
    ("snapshot", {"FILE": "{home}/fifo.csv"}, "fifo.csv: is not a regular file"),
    ("snapshot", {"FILE": "x.csv", "SNAPSHOT_AS_OF": "soon"}, "SNAPSHOT_AS_OF: 'soon' is not a date such as 2025-01"),
    ("simulate", {"RATE": "nan"}, "RATE: 'nan' is not a whole number from 1 to 100,000"),
    ("simulate", {"CUSTOMERS": "1e20"}, "CUSTOMERS: '1e20' is not a whole number from 1 to 2,000,000"),
    ("simulate", {"MODE": "x"}, "MODE: invalid choice: 'x' (choose from 'gamma-poisson', 'lognormal')"),
    ("simulate", {"DURATION": "5"}, "DURATION: is for live mode; give RATE= with it"),
    ("maintain", {"RETAIN_HOURS": "0"}, "RETAIN_HOURS: '0' is not a whole number from 1 to"),
    ("dbt-changed", {"BASE": "none"}, "BASE=none: git has no such state of dbt_project"),
    ("run", {"ORDERS": "{home}/none.csv", "MAPPING": "online_retail"}, "none.csv: no such file"),
    ("run", {"ORDERS": "{home}/header.csv"}, "ORDERS needs MAPPING, which says what its columns mean"),
    ("run", {"ORDERS": "{home}/header.csv", "MAPPING": "typo"}, "MAPPING=typo: no such file, and those by name are"),
    ("backup", {}, "name a folder: make backup TO=folder"),
    ("backup", {"TO": "{home}"}, "is there already; choose a folder that is empty or not there"),
    ("backup", {"TO": "{state}/kept"}, "is in the platform's own folder, with which it would be lost"),
    ("restore", {}, "name a backup: make restore FROM=folder"),
    ("restore", {"FROM": "{home}"}, "a backup is restored into an empty one"),
    ("reset", {}, "Nothing was deleted; confirm with YES=1"),
    ("reset", {"STATE_DIR": "{home}", "YES": "1"}, "there is no platform in {home}"),
    ("up", {"STATE_DIR": "{home}"}, "which no platform has made; set STATE_DIR to a folder of its own"),
    ("up", {"STATE_DIR": "{state}/inner"}, "is inside the platform in {state}; set STATE_DIR to a folder of its own"),
    ("up", {"STATE_DIR": "/"}, "is the folder of this project, or one around it"),
    ("up", {"STATE_DIR": "."}, "is the folder of this project, or one around it"),
    ("up", {"STATE_DIR": "{home}/my shop"}, "has ' ' in its path, with which HDFS and Kafka do not start"),
    ("up", {"STATE_DIR": "{home}/other"}, "is held by pid"),
    ("status", {"STATE_DIR": "{home}/typo"}, "there is no platform in {home}/typo; `make up` makes one"),
    ("ingest", {"STATE_DIR": "{home}/typo"}, "there is no platform in {home}/typo; `make up` makes one"),
    ("ingest", {"CONTRACTS_DIR": "{home}"}, "_envelope.yml: cannot be read: No such file or directory; restore it"),
    ("status", {"PORT_BASE": "80"}, "PORT_BASE=80 is out of range; use a number from 1024 to 65000"),
    ("status", {"JAVA_HOME": "/none"}, "JAVA_HOME=/none has no bin/java; install Java 17 or 21"),
    ("status", {"DRIVER_MEMORY": "lots"}, "DRIVER_MEMORY='lots' is not an amount such as 800m or 2g"),
    ("train", {"SPARK_MASTER": "loca[2]"}, "SPARK_MASTER='loca[2]' is not local[2], yarn or an address of a cluster"),
    ("status", {"KAFKA_BOOTSTRAP": "127.0.0.1"}, "is not an address such as 127.0.0.1:17001, or several with commas"),
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's folder, with files of the kinds that are taken for others."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "empty.csv").touch()
    (folder / "header.csv").write_text(COLUMNS)
    (folder / "broken.yml").write_text("columns: [")
    (folder / "random.csv.gz").write_bytes(os.urandom(3000))
    (folder / "binary.csv").write_bytes(b"\x89\x80\xfe\x00" * 100)
    (folder / "book.xlsx").write_bytes(b"PK\x03\x04" + os.urandom(100))
    (folder / "notes.txt").write_text("mine")
    os.mkfifo(folder / "fifo.csv")
    return folder


def test_a_mistake_is_one_line_and_nothing_begins(platform: Platform, home: Path) -> None:
    places = {"home": str(home), "state": str(platform.settings.state_dir)}
    before = sorted(home.iterdir())

    def other_answer(target: str, template: Mapping[str, str], words: str) -> str:
        variables = {name: value.format(**places) for name, value in template.items()}
        process = platform.make(target, variables, status=2)
        lines = [line for line in process.stderr.splitlines() if not line.startswith("make: ***")]
        right = len(lines) == 1 and lines[0].startswith("error: ") and words.format(**places) in lines[0]
        return "" if right and not process.stdout else f"{target} {variables}: {process.stdout}{process.stderr}"

    wrong = [answer for mistake in MISTAKES if (answer := other_answer(*mistake))]
    assert not wrong, "\n".join(wrong)
    # One of them begins to make a platform, and finds its ports taken.
    assert sorted(home.iterdir()) == sorted([*before, home / "other"])


def test_a_query_arrives_as_it_was_typed(platform: Platform) -> None:
    query = "select '$HOME' as home, 'x$' as dollar, '100%' as percent, '\"' as quote;"
    assert platform.rows(query) == [{"home": "$HOME", "dollar": "x$", "percent": "100%", "quote": '"'}]
