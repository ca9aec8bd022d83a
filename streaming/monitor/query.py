"""What the monitor runs: queries that know how to start, each over its own checkpoint."""

from typing import Protocol

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery


class Query(Protocol):
    """A query of the monitor; whatever it hangs on (contracts, baseline) it reads when it starts, and only then."""

    @property
    def name(self) -> str:
        """Return the name: of its checkpoint's folder, in messages and in `live.pipeline_health`."""

    def start(self, spark: SparkSession) -> StreamingQuery:
        """Start it where its checkpoint ends, or begin a checkpoint.

        Raises:
            UserError: it cannot run, whatever passes; the text names the remedy.
        """
