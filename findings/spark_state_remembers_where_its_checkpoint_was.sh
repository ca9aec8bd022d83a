#!/bin/bash
# Spark 4.2.0: a checkpoint with the state of `transformWithState` cannot be moved; one of a built-in aggregation can.
#
# The operator's metadata below `state/0/_metadata` names the file of the state's schema by its full address, scheme and
# host included, where a built-in operator has none. So after a checkpoint is copied to another folder or cluster, or its
# HDFS gets another host or port, the query goes to the old address. A local folder that is gone is an error at once; a
# NameNode that is gone is asked again and again by the HDFS client, and the query stands still without a word. The
# offsets, commits and the state itself have no such address.
#
# Seen: "count: goes on where it was moved to" and "transformWithState: fails, it looks for a file at the old address".
# The script fails where that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q --disable-pip-version-check install pyspark==4.2.0 pandas==2.3.3 pyarrow==26.0.1 protobuf==6.33.6
cd "$folder"
PYSPARK_PYTHON="$folder/venv/bin/python" "$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' || { tail -5 "$folder/log"; exit 1; }
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming import StatefulProcessor

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "1")
    .config(
        "spark.sql.streaming.stateStore.providerClass",
        "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider",
    )
    .getOrCreate()
)


class Count(StatefulProcessor):
    """How often a word has come."""

    def init(self, handle) -> None:
        self.seen = handle.getValueState("seen", "n long")

    def handleInputRows(self, key, rows, timers) -> Iterator[pd.DataFrame]:
        seen = (self.seen.get()[0] if self.seen.exists() else 0) + sum(map(len, rows))
        self.seen.update((seen,))
        yield pd.DataFrame({"word": [key[0]], "count": [seen]})

    def close(self) -> None:
        pass


def counts(operator: str) -> DataFrame:
    """Return how often each word of the files of a folder has come, by one operator or the other."""
    words = spark.readStream.schema("word string").json(operator).groupBy("word")
    if operator == "count":
        return words.count()
    return words.transformWithStateInPandas(Count(), "word string, count long", "Update", "none")


def run(operator: str, checkpoint: str) -> None:
    """Count what has come since the checkpoint."""
    query = counts(operator).writeStream.outputMode("update").format("noop")
    query.option("checkpointLocation", checkpoint).trigger(availableNow=True).start().awaitTermination()


def move(operator: str) -> str | None:
    """Run, move the checkpoint, run again, and return what that fails with."""
    first, then = Path(f"{operator}-checkpoint"), Path(f"{operator}-moved")
    for number, checkpoint in enumerate((first, then)):
        Path(operator).mkdir(exist_ok=True)
        Path(operator, f"{number}.json").write_text('{"word": "a"}\n')
        try:
            run(operator, str(checkpoint.resolve()))
        except StreamingQueryException as error:
            return str(error)
        if checkpoint == first:
            first.rename(then)
    return None


built_in, own = move("count"), move("transformWithState")
old = str(Path("transformWithState-checkpoint").resolve())
print("count:", built_in or "goes on where it was moved to")
print("transformWithState:", "fails, it looks for a file at the old address" if old in (own or "") else own)
if own:
    print(own[:1500], file=sys.stderr)
sys.exit(built_in is not None or old not in (own or ""))
PYTHON
