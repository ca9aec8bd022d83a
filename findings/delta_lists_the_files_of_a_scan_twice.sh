#!/bin/bash
# Delta Lake 4.4.0 on Spark 4.2.0: a filtered scan of a table of one file runs three Spark jobs where deletion vectors
# are merely allowed, and only one of them reads the table.
#
# Delta finds the files of a scan by a Spark job over the table's log. Where the table property
# `delta.enableDeletionVectors` is on, the planner asks for them once more, to see whether any file has such a vector;
# the filters of that second question differ from those of the first, so the prepared list is not reused, and a second
# job runs, also where no row was ever deleted. On tables of one file these jobs cost more than reading the rows, and a
# dbt build of small tables spends nearly half of its planning on them. Tables that are replaced whole need no deletion
# vectors: with the property off there are two jobs.
#
# Seen: "deletion vectors off: 2 jobs", "deletion vectors on, nothing deleted: 3 jobs". The script fails where that is
# no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q --disable-pip-version-check install pyspark==4.2.0 delta-spark==4.4.0
cd "$folder"
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' || { tail -5 "$folder/log"; exit 1; }
import sys

from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.jars.packages", "io.delta:delta-spark_4.2_2.13:4.4.0")
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)


def jobs(allowed: str) -> int:
    """Return how many Spark jobs one filtered look at a table of one file runs, after it was looked at once."""
    spark.sql(
        f"create table t_{allowed} using delta tblproperties ('delta.enableDeletionVectors' = '{allowed}') "
        "as select id from range(0, 10, 1, 1)"
    )
    for group in ("first", allowed):
        spark.sparkContext.setJobGroup(group, group)
        assert len(spark.sql(f"select id from t_{allowed} where id > 3").collect()) == 6
    return len(spark.sparkContext.statusTracker().getJobIdsForGroup(allowed))


off, on = jobs("false"), jobs("true")
print(f"deletion vectors off: {off} jobs")
print(f"deletion vectors on, nothing deleted: {on} jobs")
sys.exit((off, on) != (2, 3))
PYTHON
