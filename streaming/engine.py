"""The engine of a stream: what suits it, and its silence."""

from collections.abc import Mapping

from pyspark.sql import SparkSession

NEARLY_UNIQUE = ("offset", "occurred_at", "payload_hash", "event_id", "order_id")

# One generated method a stage is, for rows as wide as these, never compiled well; many small ones are. A rule that
# cannot be computed of a value is null, which is not broken; an error would stop the stream for good. And an idle
# stream asks Kafka for news ten times a second, not a hundred times.
STREAMING = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.streaming.pollingDelay": "100ms",
    # What hardly two rows share is only looked up in a dictionary until that is full, file for file.
    **{f"parquet.enable.dictionary#{column}": "false" for column in NEARLY_UNIQUE},
}

# Verdicts are long chains of expressions; the engine would derive from each what must hold of every other, for minutes.
JUDGING = {**STREAMING, "spark.sql.constraintPropagation.enabled": "false"}


def tune(spark: SparkSession, options: Mapping[str, str] = STREAMING) -> None:
    """Set what suits a stream of small and large batches of wide rows."""
    for name, value in options.items():
        spark.conf.set(name, value)


def quiet(spark: SparkSession) -> None:
    """Switch off the engine's log, which would grow for as long as a stream runs; what fails is raised and reported."""
    jvm = spark._jvm
    assert jvm is not None
    log4j = jvm.org.apache.logging.log4j
    log4j.core.config.Configurator.setAllLevels("", log4j.Level.OFF)
