"""The lines of a snapshot file as rows of bronze: typed, numbered, and judged by the contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from common.contracts.model import BronzeTable, Field, SnapshotContract, quote

PERMISSIVE = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "malformed"}
ONE_PIECE = {"spark.sql.files.maxPartitionBytes": str(2**40), "spark.sql.files.minPartitionNum": "1"}
TRUE = ("true", "yes", "1")
FALSE = ("false", "no", "0")
NOTHING = "cast(null as string)"


@dataclass(frozen=True)
class Load:
    """One load of one file."""

    source: str
    snapshot_as_of: date
    sha256: str
    ingest_seq: int
    currency: str | None


def lines_of(spark: SparkSession, path: str) -> DataFrame:
    """Return a file's lines below its header, numbered from 1; blank lines are none."""
    # In one piece, because only then do the generated ids count the lines.
    for name, value in ONE_PIECE.items():
        spark.conf.set(name, value)
    lines = spark.read.text(path).select(
        F.monotonically_increasing_id().cast("int").alias("row_number"), F.col("value").alias("line")
    )
    return lines.where((F.col("row_number") > 0) & (F.trim("line") != ""))


def bronze_rows(
    lines: DataFrame, columns: Sequence[str | None], contract: SnapshotContract, table: BronzeTable, load: Load
) -> DataFrame:
    """Return the rows of `bronze.customer_snapshots`, one for each line (row_number, line)."""
    return judged_rows(lines, columns, contract, load).select(*(column.name for column in table.columns))


def judged_rows(lines: DataFrame, columns: Sequence[str | None], contract: SnapshotContract, load: Load) -> DataFrame:
    """Return the same with the number of each row, 1 for the first below the header."""
    names = [name or f"unused_{number}" for number, name in enumerate(columns)]
    schema = ", ".join((*(f"`{name}` string" for name in names), "malformed string"))
    cells = lines.select("row_number", "line", F.from_csv("line", schema, PERMISSIVE).alias("cells"))
    texts = cells.select(
        "row_number",
        "line",
        F.col("cells.malformed").isNotNull().alias("is_malformed"),
        *(F.nullif(F.trim(f"cells.{field.name}"), F.lit("")).alias(f"text_{field.name}") for field in contract.fields),
    )
    values = texts.select("*", *(F.expr(value(field)).alias(field.name) for field in contract.fields))
    nth = F.row_number().over(Window.partitionBy("customer_id").orderBy("row_number"))
    judged = values.select("*", nth.alias("nth_of_customer")).select("*", fault(contract).alias("fault"))
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


def value(field: Field) -> str:
    """Return the SQL of a cell in its type; null where it is empty or not of the type."""
    text = f"text_{field.name}"
    if field.type == "boolean":
        cases = f"when lower({text}) in {TRUE} then true when lower({text}) in {FALSE} then false"
        return f"case {cases} end"
    if field.type.startswith("decimal"):
        return f"case when {text} rlike '^[+-]?[0-9]*[.]?[0-9]+$' then try_cast({text} as {field.type}) end"
    if field.type in ("int", "bigint"):
        whole = f"try_cast(split_part({text}, '.', 1) as {field.type})"
        return f"case when {text} rlike '^[+-]?[0-9]+([.]0*)?$' then {whole} end"
    if field.name == "customer_id":
        return f"regexp_replace({text}, '^([0-9]+)[.]0*$', '$1')"
    return text


def fault(contract: SnapshotContract) -> Column:
    """Return the first rule that a row breaks and the column that it is about, null where it is about none; or null."""
    wrong = {one.name: f"text_{one.name} is not null and {one.name} is null" for one in contract.fields}
    first_wrong = f"case {' '.join(f'when {broken} then {quote(name)}' for name, broken in wrong.items())} end"
    checks = [
        ("malformed", "is_malformed", NOTHING),
        *((f"missing_{one.name}", f"{one.name} is null", quote(one.name)) for one in contract.fields if one.required),
        ("wrong_type", f"{first_wrong} is not null", first_wrong),
        *((rule.name, rule.broken, quote(rule.field) if rule.field else NOTHING) for rule in contract.rules),
        ("repeated_customer", "nth_of_customer > 1", "'customer_id'"),
    ]
    cases = [f"when {broken} then struct('{name}' as rule, {field} as field)" for name, broken, field in checks]
    return F.expr(f"case {' '.join(cases)} end")
