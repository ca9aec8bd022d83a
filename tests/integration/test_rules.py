"""The rules of a model, all of them tested by one query in each store, find what breaks them and say which it was."""

import json
import shutil
from pathlib import Path

import psycopg
import pytest

from common import thrift
from common.contracts.model import EVENTS, FOLDER
from common.lake_paths import table_folder
from common.webhdfs import WebHdfs
from tests.integration.harness import Platform

pytestmark = pytest.mark.usefixtures("sample_job")

LABELS = "churn.churn_labels"
CHURN_LABELS = ("--select", "churn_labels", "--exclude-resource-type", "unit_test")
HISTORY = "describe history core.int_order_versions"
CURVE = """
    insert into marts.reliability_curves
    select task, version, subject, 12, predicted, happened, null
    from marts.reliability_curves
    where (task, version) in (select task, version from marts.champions)
    limit 1
"""


def test_a_key_twice_and_a_key_that_refers_to_nothing_are_named(platform: Platform) -> None:
    row = "'planted', '1', timestamp '2020-01-01', true"
    names = "source, customer_id, as_of, is_churned"
    with thrift.cursor(platform.settings, thrift.WRITER) as cursor:
        cursor.execute(f"insert into {LABELS} ({names}) values ({row}), ({row})")
    try:
        output = platform.dbt("test", *CHURN_LABELS, status=1).stdout
    finally:
        with thrift.cursor(platform.settings, thrift.WRITER) as cursor:
            cursor.execute(f"delete from {LABELS} where source = 'planted'")
    broken = "broken_rules grain, source_customer_id_as_of_in_churn_features"
    assert f"row_key planted, 1, 2020-01-01 00:00:00; {broken}" in output
    platform.dbt("test", *CHURN_LABELS)


def test_a_model_of_which_nothing_arrived_is_not_written(platform: Platform) -> None:
    platform.dbt("run", "--select", "int_order_versions")
    before = thrift.rows(platform.settings, HISTORY)
    platform.dbt("run", "--select", "int_order_versions")
    results = json.loads((platform.settings.dbt_target / "run_results.json").read_text())["results"]
    assert [one["adapter_response"]["_message"] for one in results] == ["nothing arrived"]
    assert thrift.rows(platform.settings, HISTORY) == before


def test_a_table_that_lacks_a_column_asks_for_a_full_refresh_by_name(platform: Platform) -> None:
    table, model = "core.int_rating_versions", ("run", "--select", "int_rating_versions")
    platform.write(f"create or replace table {table} using delta as select * except (sent_at) from {table}")
    try:
        output = platform.dbt(*model, status=1).stdout
    finally:
        platform.dbt(*model, "--full-refresh")
    assert f"{table} was built before it had sent_at; run `dbt build --full-refresh` once" in output
    platform.dbt(*model)


def test_what_a_contract_has_gained_is_a_column_when_the_platform_comes_up(platform: Platform, tmp_path: Path) -> None:
    folder = tmp_path / "contracts"
    shutil.copytree(FOLDER, folder)
    contract = folder / "ratings.yml"
    text = contract.read_text().replace("version: 2\n", "version: 3\n")
    contract.write_text(
        text.replace("fields:\n", "fields:\n  - {name: praise, type: string, description: In words.}\n")
    )
    wider = Platform(platform.settings, {**platform.environ, "CONTRACTS_DIR": str(folder)})
    wider.make("up")
    assert wider.rows("select count(praise) as praised from bronze.events", "lake") == [{"praised": "0"}]
    log = WebHdfs.of(platform.settings, "streaming").status(f"{table_folder(EVENTS)}/_delta_log") or {}
    assert (log["owner"], log["permission"]) == ("streaming", "750"), "it is the ingest's alone again"


def test_a_null_and_a_value_out_of_bounds_are_named_in_postgresql(platform: Platform) -> None:
    settings = platform.settings
    address = f"host={settings.postgres_host} port={settings.postgres_port} dbname=lake user=exporter"
    with psycopg.connect(address, password=settings.secret("exporter"), autocommit=True) as connection:
        connection.execute(CURVE)
        try:
            output = platform.dbt("test", "--target", "serving", "--select", "rpt_model_reliability", status=1).stdout
        finally:
            connection.execute("delete from marts.reliability_curves where bin = 12")
    assert "broken_rules held_out_rows_known, bin_valid, held_out_rows_valid" in output
