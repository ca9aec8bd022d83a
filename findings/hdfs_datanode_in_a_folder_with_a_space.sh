#!/bin/bash
# HDFS 3.5.0: a DataNode whose folder has a space in its path never serves its block pool; without the space it does at
# once.
#
# The volume is added and the process stays up, but each registration ends with java.util.MissingFormatArgumentException,
# "Format specifier '%20b'", thrown in FsDatasetCache: the folder's address, where a space is written %20, becomes part of
# a pattern for String.format. The same holds for other characters that an address writes with a percent sign. Nothing
# says what is wrong with the path, and a client waits for a DataNode that is there and never counts as live.
#
# Seen: "plain: fully started", "with a space: not started in 30 s, Format specifier '%20...'". The script fails where that
# is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q --disable-pip-version-check install pyspark==4.2.0
cd "$folder"
"$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' || { grep -v "^Seen" "$folder/log" | tail -5; exit 1; }
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession

# Spark is only how the jars are fetched, and how Python speaks with Java.
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.jars.packages", "org.apache.hadoop:hadoop-client-minicluster:3.5.0")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
hdfs, File = spark._jvm.org.apache.hadoop.hdfs, spark._jvm.java.io.File


def started(name: str) -> bool:
    """Return whether a cluster of one DataNode below a folder of this name is fully started within 30 s."""
    place = Path(name).absolute()
    place.mkdir()
    conf = spark._jvm.org.apache.hadoop.conf.Configuration()
    build = hdfs.MiniDFSCluster.Builder(conf, File(str(place))).numDataNodes(1)
    cluster = build.checkDataNodeAddrConfig(False).build()
    try:
        node = cluster.getDataNodes().get(0)
        for _ in range(30):
            if node.isDatanodeFullyStarted():
                return True
            time.sleep(1)
        return False
    finally:
        cluster.shutdown()


print("plain: " + ("fully started" if started("plain") else "not started"))
spaced = started("with a space")
told = "Format specifier '%20" in Path("log").read_text(errors="replace")
print("with a space: " + ("fully started" if spaced else f"not started in 30 s{', Format specifier %20' if told else ''}"))
spark.stop()
sys.exit(0 if not spaced and told else 1)
PYTHON
