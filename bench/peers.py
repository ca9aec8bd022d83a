"""How the sides of a bench are started, watched and stopped, and where on HDFS they write."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import delta_log, environment, measure
from common.contracts.model import EVENTS, FOLDER, load
from common.errors import UserError
from common.lake_paths import table_folder
from common.settings import ROOT, Settings
from common.webhdfs import WebHdfs
from infra.local import hdfs_folders
from infra.local.lake import GROUP, Folder
from infra.setup.jars import classpath
from streaming import declare

HERE = Path(__file__).parent
BENCH = "/lake/bench"
STOP_SECONDS = 60

Alive = Callable[[], None]


def make_folder(settings: Settings) -> None:
    """Make the benches' folder on HDFS; all sides write as the ingest does."""
    hdfs_folders.ensure(settings, Folder(BENCH, delta_log.READER, GROUP, "750"))


def clean(settings: Settings, name: str) -> str:
    """Return a side's folder without what an earlier run left in it."""
    WebHdfs.of(settings, delta_log.READER).delete(f"{BENCH}/{name}", recursive=True)
    return f"{BENCH}/{name}"


def events_table(settings: Settings) -> delta_log.Table:
    """Return the table that the ingest writes."""
    return delta_log.Table(settings, table_folder(EVENTS))


def statistics() -> list[str]:
    """Return the columns whose bounds our files keep and the peers have too, so that they keep the same."""
    fields = {"topic", "partition", "offset", "arrived_at", *(one.name for one in load(FOLDER).of("orders").fields)}
    return [name for name in load(FOLDER).events_table.statistics if name in fields]


def quickstart(settings: Settings, how: str, names: str, folder: str, options: Sequence[str]) -> list[str]:
    """Return the command of the Spark quickstart, which `land`s or `stream`s topics into a folder of HDFS."""
    command = [sys.executable, str(HERE / "peer_spark.py"), how, settings.kafka_bootstrap, names]
    command += [f"{settings.hdfs_url}{folder}", "--jars", ":".join(map(str, classpath("spark")))]
    return [*command, "--memory", settings.driver_memory, *options]


def loaded_topics() -> dict[str, int]:
    """Return the topics that a steady load has events for, with the versions of their contracts."""
    return {one.topic: one.version for one in load(FOLDER).topics if one.topic != declare.TOPIC}


def steady_load(settings: Settings, rate: int) -> list[str]:
    """Return the command that sends `rate` valid events a second to each of those topics."""
    versions = json.dumps(loaded_topics())
    command = [str(environment.interpreter()), str(HERE / "steady_load.py"), settings.kafka_bootstrap]
    return [*command, "--rate", str(rate), "--versions", versions]


def outside(settings: Settings) -> dict[str, str]:
    """Return the environment of a program that knows this cluster's HDFS and nothing else of the project."""
    plain = settings.path("run", "bench", "spark-conf")
    plain.mkdir(parents=True, exist_ok=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_", "HADOOP_"))}
    hadoop = {"HADOOP_CONF_DIR": str(settings.path("conf", "hadoop")), "HADOOP_USER_NAME": delta_log.READER}
    spark = {"SPARK_CONF_DIR": str(plain), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    return {**own, **hadoop, **spark}


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[Alive]:
    """Keep a program running for the length of the block, then interrupt it as Ctrl-C would and wait for its end.

    Yields:
        A function that raises UserError, with the program's last words, where it has ended.
    """
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, env=dict(environ), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

        def alive() -> None:
            if process.poll() is not None:
                output.seek(0)
                raise UserError(f"{' '.join(command[:3])} ended:\n{measure.tail(output.read())}")

        try:
            yield alive
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                measure.end_tree(process.pid)
                process.wait()
