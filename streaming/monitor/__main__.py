"""Watch what happens now, until Ctrl-C: windows of orders, returns and visits, and alerts for what is odd."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from common import jvm, locks
from common.cli import Parser
from common.contracts.model import load
from common.errors import entry_point
from common.session import failure, session
from common.settings import Settings, read_settings
from common.shutdown import Stop
from streaming import topics as kafka
from streaming.contract_files import ContractFiles
from streaming.engine import JUDGING, quiet, tune
from streaming.monitor.checkpoints import Checkpoint
from streaming.monitor.ending import Ending
from streaming.monitor.health.observer import Health
from streaming.monitor.inputs import Inputs
from streaming.monitor.orders.queries import REAL_TIME_SECONDS, Sizes
from streaming.monitor.queries import queries
from streaming.monitor.run import Run
from streaming.monitor.waiting import wait_for_postgresql
from streaming.monitor.windows.query import Windows

IDENTITY = "monitor"
# Beside the tasks that never end, one for each partition of the orders: for the batches of the other queries.
TASKS_OF_BATCHES = 2
CUT_OFF = "monitor: something did not end within a minute and was cut off; what was under way is done at the next start"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the monitor's queries until told to stop."""
    Parser(prog="python -m streaming.monitor", description=__doc__).parse_args(argv)
    settings, stop = read_settings(), Stop()
    contract_files = ContractFiles(settings.contracts_dir, job="monitor")
    with locks.hold(settings, "monitor"):
        contracts = load(settings.contracts_dir)
        kafka.ensure(settings, contracts.topics)
        kafka.ensure_alerts(settings)
        stop.listen()
        wait_for_postgresql(settings, stop)
        try:
            spark = session("monitor", of_engine(settings), identity=IDENTITY, options=jvm.MONITOR)
            quiet(spark)
            tune(spark, JUDGING)
            with Ending(spark, stop) as ending:
                try:
                    watch(spark, settings, contract_files, [one.topic for one in contracts.topics], stop)
                except (PySparkException, Py4JError, ConnectionError):
                    if not ending.is_cut_off:
                        raise
                    print(CUT_OFF)
        except (PySparkException, Py4JError, ConnectionError) as error:
            raise failure(settings, "monitor", error) from None


def watch(
    spark: SparkSession, settings: Settings, contract_files: ContractFiles, topics: Sequence[str], stop: Stop
) -> None:
    """Run the queries of a session until told to stop, and end the session."""
    try:
        stop.listen()
        inputs = Inputs(spark, settings, contract_files, stop)
        monitored = queries(settings, inputs)
        names = [one.name for one in monitored]
        with Health(settings, names, topics, {Sizes.name: REAL_TIME_SECONDS}) as health:
            inputs.note = partial(health.note, "")
            for one in monitored:
                if isinstance(one, Windows):
                    one.on_late = partial(health.note_late, one.name)
            run = Run(spark, stop, monitored, inputs.version, health.observe, partial(leave, spark, settings))
            print(run.until_stopped())
    finally:
        spark.stop()


def leave(spark: SparkSession, settings: Settings, query: str, why: str) -> None:
    """Move the checkpoint of a query aside."""
    Checkpoint(spark, settings, query).leave(why)


def of_engine(settings: Settings) -> Settings:
    """Return the settings with the monitor's memory, and slots for the real-time query: one per partition, for good."""
    own = replace(settings, driver_memory=settings.monitor_memory)
    if not own.spark_master.startswith("local"):
        return own
    (orders,) = kafka.describe(own, ["orders"])
    return replace(own, spark_master=f"local[{len(orders.bounds) + TASKS_OF_BATCHES}]")


if __name__ == "__main__":
    entry_point(main)()
