"""Baselines of a row or two, in tables of a lake."""

from collections.abc import Sequence
from datetime import datetime

from pyspark.sql import DataFrame, SparkSession

from common.prediction_tables import Table

VALUES = {"timestamp": "timestamp'2025-01-01'", "string": "'x'", "double": "1d", "int": "1"}


def baseline_rows(spark: SparkSession, table: Table, as_of: datetime, customers: Sequence[str] = ("1",)) -> DataFrame:
    """Return a row of a table per customer, where it has such a column; what else it holds is of no interest."""
    values = {name: VALUES[kind.removesuffix(" not null")] for name, kind, _ in table.columns}
    values |= {"baseline_as_of": f"timestamp'{as_of}'"}
    if "customer_id" in values:
        values["customer_id"] = "customer"
    columns = ", ".join(f"{sql} as {name}" for name, sql in values.items())
    rows = ", ".join(f"('{one}')" for one in customers)
    return spark.sql(f"select {columns} from values {rows} as rows (customer)")
