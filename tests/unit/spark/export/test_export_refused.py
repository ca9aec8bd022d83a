"""Exports that cannot be, from a value to a store that goes away: one line, and the old version serves."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import psycopg
import pyarrow as pa
import pytest

from common import postgres
from common.errors import UserError
from common.lake_reader import open_table
from tests.unit.spark.shop import RISK, Shop, customers, words


def require_refusal(shop: Shop, rows: pa.Table, message: str) -> None:
    """Expect an export of rows to be refused, in one line, with the old version there; the next one ends well."""
    before = words(shop)
    shop.write(RISK, rows)
    with pytest.raises(UserError, match=message) as error:
        shop.export()
    assert "\n" not in str(error.value)
    assert words(shop) == before
    shop.write(RISK, customers("9", word=["well"]))
    shop.export()
    assert words(shop) == ["well"]


def test_a_text_that_postgresql_cannot_hold_is_named_with_its_key(risk: Shop) -> None:
    many = [str(number) for number in range(200_000)]
    texts = [f"word {name}" for name in many]
    texts[123_456] = "po\x00ison"
    require_refusal(
        risk,
        customers(*many, word=texts),
        r"marts.risk cannot hold insights.risk.word where source = shop, customer_id = 123456: "
        r'invalid byte sequence for encoding "UTF8": 0x00',
    )


def test_a_decimal_that_is_too_wide_is_named_with_its_key(risk: Shop) -> None:
    digits = pa.py_buffer(np.array([150, 0, 123_456, 0]).tobytes())
    wide = pa.Array.from_buffers(pa.decimal128(4, 2), 2, [None, digits])
    require_refusal(
        risk,
        customers("1", "2", word=["a", "b"], money=wide),
        r"marts.risk cannot hold insights.risk.money where source = shop, customer_id = 2: numeric field overflow",
    )


def test_two_rows_of_one_key_are_named(risk: Shop) -> None:
    require_refusal(
        risk,
        customers("1", "7", "7", word=["a", "b", "c"]),
        r"insights.risk breaks its key in marts.risk: Key \(source, customer_id\)=\(shop, 7\) already exists",
    )


def test_two_rows_of_one_key_are_named_in_a_new_table(shop: Shop) -> None:
    shop.declare(RISK, grain=["source", "customer_id"])
    shop.write(RISK, customers("7", "7"))
    with pytest.raises(UserError, match=r"Key \(source, customer_id\)=\(shop, 7\) is duplicated"):
        shop.export()
    assert shop.rows("select to_regclass('marts.risk')") == [(None,)]


def test_one_refused_table_keeps_all_of_them_back(risk: Shop) -> None:
    risk.declare("insights.an_early_one")
    risk.write("insights.an_early_one", pa.table({"word": ["new"]}))
    risk.write(RISK, customers("1", word=["\x00"]))
    with pytest.raises(UserError, match=r"nothing was exported"):
        risk.export()
    assert risk.rows("select to_regclass('marts.an_early_one')") == [(None,)]
    assert words(risk) == ["a", "b"]


def test_a_table_that_was_dropped_meanwhile_is_said(risk: Shop) -> None:
    risk.write(RISK, customers("1", word=["gone"]))
    for path in risk.folder(RISK).glob("*.parquet"):
        path.unlink()
    with pytest.raises(UserError, match=r"^insights.risk cannot be read: .*\.parquet.*") as error:
        risk.export()
    assert "\n" not in str(error.value)
    assert words(risk) == ["a", "b"]


def test_a_table_that_was_replaced_meanwhile_is_read_as_it_was(risk: Shop) -> None:
    lake = open_table(risk.settings, RISK)
    risk.write(RISK, customers("1", word=["later"]))
    assert [row["word"] for batch in lake.batches() for row in batch.to_pylist()] == ["a", "b"]
    assert lake.rows() == 2


@pytest.fixture
def write_lock(risk: Shop) -> Iterator[psycopg.Connection]:
    """Hold the mart, so that an export waits for it half way, and change it in the lake."""
    risk.write(RISK, customers("1", word=["new"]))
    with postgres.connect(risk.settings, "exporter") as connection:
        connection.execute("lock table marts.risk in access exclusive mode")
        yield connection


def wait_for_export(connection: psycopg.Connection) -> int:
    """Return the process of PostgreSQL that serves the waiting export."""
    for _ in range(200):
        waiting = connection.execute("select pid from pg_locks where not granted").fetchone()
        if waiting:
            return int(waiting[0])
        time.sleep(0.05)
    raise AssertionError("no export waits")


def test_postgresql_that_ends_the_connection_is_one_line(risk: Shop, write_lock: psycopg.Connection) -> None:
    errors: list[BaseException] = []

    def export() -> None:
        try:
            risk.export()
        except UserError as error:
            errors.append(error)

    running = threading.Thread(target=export)
    running.start()
    write_lock.execute(b"select pg_terminate_backend(%s)", [wait_for_export(write_lock)])
    running.join(30)
    (error,) = errors
    assert str(error).startswith("PostgreSQL refused the export: ") and "\n" not in str(error)
    write_lock.rollback()
    assert words(risk) == ["a", "b"]
    risk.export()
    assert words(risk) == ["new"]


def test_postgresql_that_does_not_answer_is_one_line(risk: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PORT", "1")
    with pytest.raises(UserError, match=r"^PostgreSQL at 127.0.0.1:1 refused exporter: .*run `make up`") as error:
        risk.export()
    assert "\n" not in str(error.value) and "Connection refused" in str(error.value)


def test_a_whole_command_ends_with_its_own_exit_status(risk: Shop) -> None:
    ended = [
        subprocess.run([sys.executable, "-m", "spark.export", "--all"], capture_output=True, text=True, check=False)
        for _ in range(5)
    ]
    assert [(one.returncode, one.stdout.partition(";")[0]) for one in ended] == [
        (0, "1 tables, 2 rows, counts and checksums equal")
    ] * 5
    risk.write(RISK, customers("1", word=["\x00"]))
    refused = subprocess.run([sys.executable, "-m", "spark.export"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-1].startswith("error: marts.risk cannot hold insights.risk.word")


def test_ctrl_c_changes_nothing(risk: Shop, write_lock: psycopg.Connection) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "spark.export"], env=dict(os.environ), stdout=-1, stderr=-1, text=True
    )
    wait_for_export(write_lock)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert (running.returncode, out) == (130, "")
    assert err.splitlines()[-2:] == [
        "interrupted: what is under way ends first",
        "stopped; run the same command again to go on",
    ]
    assert "Traceback" not in err
    write_lock.rollback()
    assert words(risk) == ["a", "b"]
    risk.export()
    assert words(risk) == ["new"]
