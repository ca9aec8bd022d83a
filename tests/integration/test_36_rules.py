"""The rules of a model, all of them tested by one query in each store, find what breaks them and say which it was."""

import psycopg
import pytest

from spark.common import thrift
from tests.integration.harness import Platform

LABELS = "churn.churn_labels"
CURVE = "insert into marts.reliability_curves select task, version, subject, 12, predicted, happened, null from {0} limit 1"


@pytest.fixture(scope="module")
def fed(platform: Platform) -> Platform:
    """A platform whose lake is built and exported; the modules before leave one."""
    return platform


def test_a_key_twice_and_a_key_that_refers_to_nothing_are_named(fed: Platform) -> None:
    row = "'planted', '1', timestamp '2020-01-01', true"
    names = "source, customer_id, as_of, is_churned"
    with thrift.cursor(fed.config) as cursor:
        cursor.execute(f"insert into {LABELS} ({names}) values ({row}), ({row})")
    try:
        said = fed.dbt("test", "--select", "churn_labels", "--exclude-resource-type", "unit_test", status=1).stdout
    finally:
        with thrift.cursor(fed.config) as cursor:
            cursor.execute(f"delete from {LABELS} where source = 'planted'")
    assert "row_key planted, 1, 2020-01-01 00:00:00; broken_rules grain, source_customer_id_as_of_in_churn_features" in said
    fed.dbt("test", "--select", "churn_labels", "--exclude-resource-type", "unit_test")


def test_a_null_and_a_value_out_of_bounds_are_named_in_postgresql(fed: Platform) -> None:
    config = fed.config
    login = {"host": config.postgres_host, "port": config.postgres_port, "dbname": "lake", "user": "exporter"}
    with psycopg.connect(**login, password=config.secret("exporter"), autocommit=True) as connection:
        table = "(select * from marts.reliability_curves where version in (select version from marts.champions)) as curves"
        connection.execute(CURVE.format(table))
        try:
            said = fed.dbt("test", "--target", "serving", "--select", "rpt_model_reliability", status=1).stdout
        finally:
            connection.execute("delete from marts.reliability_curves where bin = 12")
    assert "broken_rules held_out_rows_known, bin_valid, held_out_rows_valid" in said
