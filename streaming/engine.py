"""What the engine says: an error is one line of ours and whole in a log, so its own printing is switched off."""

from pyspark.sql import SparkSession


def quiet(spark: SparkSession) -> None:
    """Switch off the engine's log; what fails is raised, and reported by the job."""
    jvm = spark._jvm
    assert jvm is not None
    log4j = jvm.org.apache.logging.log4j
    log4j.core.config.Configurator.setAllLevels("", log4j.Level.OFF)


def mute(spark: SparkSession) -> None:
    """Let the engine print nothing more at all: of a batch that a stop cuts off it prints thousands of lines."""
    jvm = spark._jvm
    assert jvm is not None
    nowhere = jvm.java.io.OutputStream.nullOutputStream()
    jvm.java.lang.System.setErr(jvm.java.io.PrintStream(nowhere))
