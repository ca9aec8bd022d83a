"""The project's few Scala classes, compiled once by the compiler that pyspark brings."""

import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

from infra.local import java
from infra.setup import cache
from spark.common.settings import ROOT

SOURCES = (ROOT / "infra" / "local" / "thrift" / "FileAuth.scala", ROOT / "streaming" / "ingest" / "ParseEvent.scala")
FLAGS = ("-Xmx600m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def jar() -> Path:
    """Return the jar of the classes; it is cached for all clones, and named by the hash of its sources and of Spark.

    Raises:
        UserError: the sources do not compile; the text names the log.
    """
    mark = hashlib.sha256(b"\0".join([version("pyspark").encode(), *(source.read_bytes() for source in SOURCES)]))
    path = cache.folder("scala") / f"lakehouse-{mark.hexdigest()[:12]}.jar"
    if not path.is_file():
        build(path)
    return path


def build(path: Path) -> None:
    """Compile the sources into a jar, which is there whole or not at all."""
    scratch = path.with_name(f"{os.getpid()}-{path.name}")
    with tempfile.TemporaryDirectory() as folder:
        arguments = Path(folder) / "scalac.args"
        java.argument_file(arguments, FLAGS, sorted((java.SPARK_HOME / "jars").glob("*.jar")))
        words = ("-usejavacp", "-d", str(scratch), *map(str, SOURCES))
        java.run(arguments, "scala.tools.nsc.Main", *words, log=path.with_suffix(".log"))
    scratch.replace(path)
