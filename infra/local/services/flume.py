"""Flume: one agent, and the watch that sees what its sources do not; started only where asked for."""

import sys
from collections.abc import Iterator

from common.settings import ROOT, Settings
from infra.local import java, scala, supervise, web
from infra.local.flume import conf, memory, places, resend, state
from infra.local.service import NotReadyError, Program, Service
from infra.setup.jars import classpath

MAIN = "org.apache.flume.node.Application"
USER = "flume"


def service(settings: Settings) -> Service:
    """Return Flume; its configuration is rendered."""
    config = conf.configure(settings, scala.jar())
    version = java.version_of(classpath("flume"), "flume-ng-node")
    agent = ("--conf-file", str(config["agent"]), "--name", conf.AGENT, "--no-reload-conf")
    return Service(
        name="flume",
        programs=(
            Program(
                name="flume",
                command=(java.executable(), f"@{config['arguments']}", MAIN, *agent),
                ports=("flume",),
                version=version,
                web=f"http://{settings.host}:{settings.port('flume')}/metrics",
                env={"HADOOP_USER_NAME": USER, "JAVA_HOME": str(java.home())},
            ),
            Program(
                name="flume-watch",
                command=(sys.executable, "-m", "infra.local.flume.watch"),
                ports=("flume-metrics",),
                version=version,
                web=f"http://{settings.host}:{settings.port('flume-metrics')}/metrics",
                env=environment(settings),
                stop_seconds=10,
            ),
        ),
        probe=probe,
        prepare=prepare,
        needs=("kafka", "hdfs"),
        optional=True,
        config=tuple(config.values()),
        details=details,
    )


def environment(settings: Settings) -> dict[str, str]:
    """Return what the watch must find in its environment to have the same settings."""
    return {
        "PYTHONPATH": str(ROOT),
        "STATE_DIR": str(settings.state_dir),
        "PORT_BASE": str(settings.port_base),
        "PLATFORM_HOST": settings.host,
        "WEBHDFS_URL": settings.webhdfs_url,
        "FLUME_LOGS": str(settings.flume_logs),
    }


def prepare(settings: Settings) -> None:
    """Make the folders, and remove what was sent again to its end, while no agent can take its number for another's."""
    conf.make_folders(settings)
    if not supervise.processes(settings).get("flume", {}).get("pid"):
        resend.clear(places.again(settings), memory.positions(places.positions(settings)) or {})


def probe(settings: Settings) -> None:
    """Ask the agent whether its channels are open and its sinks begun, and the watch whether it looks."""
    try:
        metrics = state.metrics(settings)
        channels = [metrics[f"CHANNEL.{name}"]["Open"] == "true" for name in ("logs", "files")]
        begun = [metrics[f"SINK.{name}"]["StartTime"] != "0" for name in ("kafka", "hdfs")]
    except (OSError, KeyError) as error:
        raise NotReadyError(f"{type(error).__name__}: {error}") from None
    if not all((*channels, *begun)):
        raise NotReadyError("its channels are not open yet")
    try:
        web.request(f"http://{settings.host}:{settings.port('flume-metrics')}", "/metrics")
    except OSError as error:
        raise NotReadyError(f"the watch: {error}") from None


def details(settings: Settings) -> Iterator[str]:
    """Yield what `status` says below its table, where Flume runs or has left something."""
    return state.lines(settings)
