"""The project's few Scala classes, compiled once by the compiler that pyspark brings."""

import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

from common.settings import ROOT
from infra.local import java
from infra.setup import cache
from infra.setup.jars import classpath

SOURCES = tuple(
    ROOT / source
    for source in (
        "infra/local/Extensions.scala",
        "infra/local/flume/Lines.scala",
        "infra/local/thrift/FileAuth.scala",
        "infra/local/thrift/StatementGuard.scala",
        "common/SmallTableScans.scala",
        "common/TimeZones.scala",
        "streaming/ParseEvent.scala",
        "streaming/monitor/orders/Lookup.scala",
        "streaming/monitor/orders/PreviousOrder.scala",
    )
)
MADE_FOR = ("pyspark", "delta-spark")
FLAGS = ("-Xmx600m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def jar() -> Path:
    """Return the jar of the classes; cached for all clones, and named by the hash of its sources, Spark and Delta.

    Raises:
        UserError: the sources do not compile; the text names the log.
    """
    versions = (version(name).encode() for name in MADE_FOR)
    fingerprint = hashlib.sha256(b"\0".join([*versions, *(source.read_bytes() for source in SOURCES)]))
    path = cache.folder("scala") / f"lakehouse-{fingerprint.hexdigest()[:12]}.jar"
    if not path.is_file():
        build(path)
    return path


def build(path: Path) -> None:
    """Compile the sources into a jar, which is there whole or not at all."""
    scratch = path.with_name(f"{os.getpid()}-{path.name}")
    with tempfile.TemporaryDirectory() as folder:
        arguments = Path(folder) / "scalac.args"
        java.argument_file(arguments, FLAGS, [*java.spark_jars(), *classpath("flume")])
        words = ("-usejavacp", "-d", str(scratch), *map(str, SOURCES))
        java.run(arguments, "scala.tools.nsc.Main", *words, log=path.with_suffix(".log"))
    scratch.replace(path)
