"""The rows of a snapshot file as rows of bronze: numbered, and judged by the contract."""

from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from common.contracts.model import BronzeTable, SnapshotContract, quote

NOTHING = "cast(null as string)"


@dataclass(frozen=True)
class Load:
    """One load of one file."""

    source: str
    snapshot_as_of: date
    sha256: str
    ingest_seq: int
    currency: str | None


def bronze_rows(rows: DataFrame, contract: SnapshotContract, table: BronzeTable, load: Load) -> DataFrame:
    """Return the rows of `bronze.customer_snapshots`, one for each row of the file as `file.check` writes them."""
    return judged_rows(rows, contract, load).select(*(column.name for column in table.columns))


def judged_rows(rows: DataFrame, contract: SnapshotContract, load: Load) -> DataFrame:
    """Return the same with the number of each row, 1 for the first below the header, and why it cannot be read."""
    nth = F.row_number().over(Window.partitionBy("customer_id").orderBy("row_number"))
    judged = rows.select("*", nth.alias("nth_of_customer")).select("*", fault(contract).alias("fault"))
    return judged.withColumns(
        {
            "source": F.lit(load.source),
            "snapshot_as_of": F.lit(load.snapshot_as_of.isoformat()).cast("timestamp"),
            "file_sha256": F.lit(load.sha256),
            "ingest_seq": F.lit(load.ingest_seq).cast("bigint"),
            "currency": F.lit(load.currency).cast("string"),
            "broken_rule": F.col("fault.rule"),
            "broken_field": F.col("fault.field"),
            "payload": F.when(F.col("fault").isNotNull(), F.col("line")),
        }
    )


def fault(contract: SnapshotContract) -> Column:
    """Return the first rule that a row breaks and the column that it is about, null where it is about none; or null."""
    required = [one.name for one in contract.fields if one.required]
    checks = [
        ("malformed", "is_malformed", NOTHING),
        *((f"missing_{name}", f"{name} is null and not wrong_field <=> '{name}'", quote(name)) for name in required),
        ("wrong_type", "wrong_field is not null", "wrong_field"),
        *((rule.name, rule.broken, quote(rule.field) if rule.field else NOTHING) for rule in contract.rules),
        ("repeated_customer", "nth_of_customer > 1", "'customer_id'"),
    ]
    cases = [f"when {broken} then struct('{name}' as rule, {field} as field)" for name, broken, field in checks]
    return F.expr(f"case {' '.join(cases)} end")
