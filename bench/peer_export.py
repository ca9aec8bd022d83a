"""Two ways to bring Delta tables into PostgreSQL by Spark: `peer_export.py jdbc|text NAME…`, run by `export_rate.py`.

`jdbc` is Spark's JDBC writer with its defaults, which compares nothing. `text` is how this project did it before: each
row becomes text in Spark, goes through the driver to COPY, and both sides are counted.
"""

import argparse
from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DecimalType

from bench.export_tables import FOLDER
from common import postgres
from common.session import session
from common.settings import Settings, read_settings

PREFIX = "peer_"
TYPES = {"string": "text", "int": "int", "bigint": "bigint", "boolean": "boolean", "date": "date", "double": "float8"}
SUMS = {
    "string": ("crc32(cast(`{0}` as binary))", "crc32(convert_to({0}, 'UTF8'))"),
    "boolean": ("if(`{0}`, 1, 0)", "{0}::int"),
    "date": ("unix_date(`{0}`)", "{0} - date '1970-01-01'"),
    "timestamp": ("cast(unix_micros(`{0}`) as decimal(38, 0))", "extract(epoch from {0}) * 1000000"),
}


def main(way: str, names: Sequence[str]) -> None:
    """Load each table."""
    settings = read_settings()
    spark = session("peer-export", settings, "exporter")
    for name in names:
        frame = spark.read.format("delta").load(f"{settings.hdfs_url}{FOLDER}/{name}")
        if way == "jdbc":
            by_jdbc(settings, frame, f"marts.{PREFIX}{name}")
        else:
            by_text(settings, spark, frame, f"marts.{PREFIX}{name}")
    print(f"{len(names)} tables")
    spark.stop()


def by_jdbc(settings: Settings, frame: DataFrame, target: str) -> None:
    """Write a table as the guide of Spark says."""
    frame.write.format("jdbc").options(
        url=f"jdbc:postgresql://{settings.postgres_host}:{settings.postgres_port}/{postgres.DATABASE}",
        dbtable=target,
        user="exporter",
        password=settings.secret("exporter"),
        driver="org.postgresql.Driver",
    ).mode("overwrite").save()


def by_text(settings: Settings, spark: SparkSession, frame: DataFrame, target: str) -> None:
    """Send texts, and compare counts and sums; a sum of doubles is left out, since it has no one value."""
    fields = [(field.name, field.dataType.simpleString(), field.dataType) for field in frame.schema.fields]
    kinds = [
        f"numeric({kind.precision},{kind.scale})" if isinstance(kind, DecimalType) else TYPES.get(name, "timestamptz")
        for _, name, kind in fields
    ]
    sums = [(column, *SUMS.get(name, ("`{0}`", "{0}"))) for column, name, _ in fields if name != "double"]
    ours = [f"cast(coalesce(sum({spark_sum.format(column)}), 0) as decimal(38, 4))" for column, spark_sum, _ in sums]
    theirs = [f"coalesce(sum(({store_sum.format(column)})::numeric), 0)" for column, _, store_sum in sums]
    with postgres.connect(settings, "exporter") as connection:
        declared = ", ".join(f"{column} {kind}" for (column, _, _), kind in zip(fields, kinds, strict=True))
        connection.execute(f"drop table if exists {target}".encode())
        connection.execute(f"create table {target} ({declared})".encode())
        texts = frame.selectExpr(*(f"cast(`{column}` as string)" for column, _, _ in fields)).toLocalIterator()
        with connection.cursor() as cursor, cursor.copy(f"copy {target} from stdin".encode()) as stream:
            for row in texts:
                stream.write_row(row)
        wanted = frame.selectExpr("count(*)", *ours).collect()[0]
        totals = connection.execute(f"select count(*), {', '.join(theirs)} from {target}".encode()).fetchone()
        assert tuple(wanted) == totals, f"{target}: {wanted} and {totals}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", choices=("jdbc", "text"), help="how")
    parser.add_argument("names", metavar="NAME", nargs="+", help="tables")
    main(**vars(parser.parse_args()))
