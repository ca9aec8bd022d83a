#!/bin/bash
# HDFS 3.5.0: a DataNode whose folder has a space in its path never serves its block pool; without the space it does at
# once.
#
# The volume is added and the process stays up, but each registration ends with java.util.MissingFormatArgumentException,
# "Format specifier '%20a'", thrown in FsDatasetCache: the folder's address, where a space is written %20, becomes part of
# a pattern for String.format. The same holds for other characters that an address writes with a percent sign. Nothing
# says what is wrong with the path, and a client waits for a DataNode that is there and never counts as live.
#
# Seen: "plain: up", "with a space: timed out; MissingFormatArgumentException". The script fails where that is no longer
# so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q --disable-pip-version-check install pyspark==4.2.0
cd "$folder"
export PATH="$folder/venv/bin:$PATH"
echo >"$folder/nothing.py"
spark-submit --master "local[1]" --conf spark.jars.ivy="$folder/ivy" \
  --packages org.apache.hadoop:hadoop-client-minicluster:3.5.0 "$folder/nothing.py" >"$folder/fetched" 2>&1
jar=$(find "$folder/ivy/jars" -name '*hadoop-client-minicluster-3.5.0.jar')
"$folder/venv/bin/python" - "$jar" 2>"$folder/log" <<'PYTHON' || { tail -5 "$folder/log"; exit 1; }
import sys
from pathlib import Path

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

# Spark is only how the jar was fetched, and how Python speaks with Java.
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
spark = builder.config("spark.driver.extraClassPath", sys.argv[1]).getOrCreate()
hdfs, File = spark._jvm.org.apache.hadoop.hdfs, spark._jvm.java.io.File


def started(name: str) -> bool:
    """Return whether a cluster of one DataNode below a folder of this name comes up; it is waited for."""
    place = Path(name).absolute()
    place.mkdir()
    conf = spark._jvm.org.apache.hadoop.conf.Configuration()
    try:
        cluster = hdfs.MiniDFSCluster.Builder(conf, File(str(place))).numDataNodes(1).build()
    except Py4JJavaError as error:
        if "Timed out waiting for Mini HDFS Cluster to start" not in str(error):
            raise
        return False
    cluster.shutdown()
    return True


print("plain: " + ("up" if started("plain") else "not up"))
spaced = started("with a space")
told = "MissingFormatArgumentException: Format specifier '%20a'" in Path("log").read_text(errors="replace")
print("with a space: " + ("up" if spaced else f"timed out; {'MissingFormatArgumentException' if told else '?'}"))
spark.stop()
sys.exit(0 if not spaced and told else 1)
PYTHON
