"""Whole exports into a real PostgreSQL: what changes and what stays."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from common import postgres
from common.errors import UserError
from common.lake_reader import open_table
from tests.unit.spark.shop import RISK, Shop, customers, words

INDEXES = """
    select indisprimary, indisunique, indnullsnotdistinct, pg_get_indexdef(indexrelid)
    from pg_index where indrelid = 'marts.risk'::regclass order by 1 desc, 4
"""


def test_the_grain_becomes_the_key_and_the_model_may_ask_for_indexes(shop: Shop) -> None:
    shop.declare(RISK, export={"indexes": [["word"], ["word", "source"]]}, grain=["source", "customer_id"])
    shop.write(RISK, customers("1", "2", word=["a", "b"]))
    shop.export()
    key, *others = shop.rows(INDEXES)
    assert key[:2] == (True, True) and key[3].endswith("(source, customer_id)")
    assert [definition.rpartition(" USING ")[2] for *_, definition in others] == [
        "btree (word)",
        "btree (word, source)",
    ]


def test_a_key_that_may_be_null_is_unique_with_equal_nulls(shop: Shop) -> None:
    shop.declare(RISK, grain=["city"])
    shop.write(RISK, pa.table({"city": ["York", None]}))
    shop.export()
    ((primary, unique, equal, _),) = shop.rows(INDEXES)
    assert (primary, unique, equal) == (False, True, True)
    shop.write(RISK, pa.table({"city": pa.array([None, None], pa.string())}))
    with pytest.raises(UserError, match=r"insights.risk breaks its key in marts.risk: Key \(city\)=\(null\)"):
        shop.export()


def test_a_constraint_of_the_table_makes_a_key_of_what_delta_lets_be_null(shop: Shop, spark: SparkSession) -> None:
    shop.declare(RISK, grain=["city"])
    properties = "tblproperties ('delta.constraints.city_known' = 'city is not null')"
    spark.sql(f"create table delta.`{shop.folder(RISK)}` using delta {properties} as select 'York' as city")
    shop.export()
    assert shop.rows(INDEXES)[0][0] is True


def test_a_table_of_one_row_has_no_key(shop: Shop) -> None:
    shop.declare(RISK)
    shop.write(RISK, pa.table({"word": ["a"]}))
    shop.export()
    assert shop.rows(INDEXES) == []


def test_what_has_not_changed_is_left_alone(risk: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    before = risk.rows("select ctid, xmin::text, * from marts.risk")
    capsys.readouterr()
    risk.export()
    printed = capsys.readouterr()
    assert "marts.risk: unchanged since its last export" in printed.err
    assert printed.out.startswith("1 tables, 1 of them unchanged, 0 rows, counts and checksums equal; ")
    assert risk.rows("select ctid, xmin::text, * from marts.risk") == before
    risk.export("--all")
    assert "marts.risk: 2 rows" in capsys.readouterr().err
    assert risk.rows("select ctid, xmin::text, * from marts.risk") != before


def test_the_same_version_of_another_table_is_exported(risk: Shop) -> None:
    old = open_table(risk.settings, RISK)
    for path in sorted(risk.folder(RISK).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    risk.write(RISK, customers("1", word=["new"]))
    assert open_table(risk.settings, RISK).version == old.version
    risk.export()
    assert words(risk) == ["new"]


@pytest.mark.parametrize(
    "statement",
    ["alter table marts.risk add column left_over int", "drop table marts.risk", "drop index marts.risk_word"],
)
def test_an_unchanged_table_whose_form_is_not_the_wanted_one_is_made_again(shop: Shop, statement: str) -> None:
    shop.declare(RISK, export={"indexes": [["word"]]}, grain=["source", "customer_id"])
    shop.write(RISK, customers("1", word=["a"]))
    shop.export()
    wanted = len(shop.rows(INDEXES))
    shop.run("alter index marts.risk_word_idx rename to risk_word")
    shop.run(statement)
    shop.export()
    assert shop.rows("select * from marts.risk") == [("shop", "1", "a")]
    assert len(shop.rows(INDEXES)) == wanted == 2


def test_another_key_makes_the_table_again_and_says_so(risk: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    risk.declare(RISK, grain=["customer_id"])
    risk.export()
    assert "marts.risk: its columns, key or indexes changed, so it was created again" in capsys.readouterr().err
    assert risk.rows(INDEXES)[0][3].endswith("(customer_id)")


def test_views_and_grants_stay_and_show_the_new_rows(risk: Shop) -> None:
    with postgres.connect(risk.settings, "modeler") as connection:
        connection.execute("create view reporting.risk as select * from marts.risk")
    try:
        risk.write(RISK, customers("3", word=["c"]))
        risk.export()
        with postgres.connect(risk.settings, "reporter") as connection:
            assert connection.execute("select word from reporting.risk").fetchall() == [("c",)]
    finally:
        with postgres.connect(risk.settings, "modeler") as connection:
            connection.execute("drop view reporting.risk")


def test_the_log_says_what_was_exported_of_which_version(risk: Shop) -> None:
    bounds = pa.table({"as_of": pa.array([datetime(2025, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))})
    risk.declare("core.run_bounds")
    risk.write("core.run_bounds", bounds)
    risk.write(RISK, customers("1", word=["z"]))
    risk.export()
    lake = open_table(risk.settings, RISK)
    query = "select as_of, rows, delta_id, delta_version from marts.export_log where table_name = 'risk'"
    first, second = risk.rows(f"{query} order by export_number")
    assert first == (None, 2, lake.delta_id, 0)
    assert second == (datetime(2025, 1, 1, tzinfo=UTC), 1, lake.delta_id, 1)
    moments = risk.rows("select distinct exported_at, checksum from marts.export_log")
    assert len(moments) == 3
    with postgres.connect(risk.settings, "reporter") as connection:
        assert connection.execute("select count(*) from marts.export_log").fetchone() == (3,)


def test_a_source_that_asks_for_it_is_exported_from_its_schema_in_the_lake(shop: Shop) -> None:
    shop.manifest["sources"]["source.versions"] = {
        "schema": "marts", "name": "versions", "identifier": "versions",
        "config": {"meta": {"export": {"schema": "predictions", "grain": ["task", "version"]}}},
    }  # fmt: skip
    shop.write("predictions.versions", pa.table({"task": ["churn"], "version": ["1"], "shares": [["a", "b"]]}))
    shop.export()
    assert shop.rows("select * from marts.versions") == [("churn", "1", ["a", "b"])]


def test_deleted_rows_are_not_exported(shop: Shop, spark: SparkSession) -> None:
    place = f"delta.`{shop.folder(RISK)}`"
    properties = "tblproperties ('delta.enableDeletionVectors' = 'true')"
    spark.sql(f"create table {place} (customer_id string, word string) using delta {properties}")
    spark.sql(f"insert into {place} select /*+ coalesce(1) */ cast(id as string), 'w' from range(100)")
    spark.sql(f"delete from {place} where customer_id <> '42'")
    lake = open_table(shop.settings, RISK)
    assert pa.RecordBatchReader.from_stream(lake.table.deletion_vectors()).read_all().num_rows == 1
    shop.declare(RISK, grain=["customer_id"])
    shop.export()
    assert shop.rows("select * from marts.risk") == [("42", "w")]


def test_exports_leave_no_dead_rows_behind(risk: Shop) -> None:
    many = [str(number) for number in range(5_000)]
    risk.write(RISK, customers(*many, word=many, money=pa.array([Decimal("1.5")] * 5_000)))
    sizes = []
    for _ in range(12):
        risk.export("--all")
        sizes += [size for (size,) in risk.rows("select pg_total_relation_size('marts.risk')")]
    assert max(sizes) <= 2.5 * sizes[0]
    assert max(sizes[6:]) <= max(sizes[:6])
    assert risk.rows("select reltuples from pg_class where oid = 'marts.risk'::regclass") == [(5_000,)]
