"""What runs in a container of the project's image: `python -m infra.docker.entry ROLE [WORD…]`.

The configuration is rendered there first, by the functions of the embedded platform, from the container's environment.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from common.errors import UsageError, UserError, entry_point
from common.settings import ROOT, Settings, read_settings
from infra.docker.profile import nodes
from infra.local import dbt_conf, hadoop_conf, java, provision_lake, provision_postgres, spark_conf
from infra.local.files import PRIVATE, folder, write
from infra.local.service import NotReadyError, Service
from infra.local.services import flume, hdfs, thrift, yarn
from infra.setup import rendered

# What each service is, and which of its daemons run here.
SERVICES: dict[str, tuple[Callable[[Settings], Service], tuple[str, ...]]] = {
    "thrift": (thrift.service, ("thrift",)),
    "flume": (flume.service, ("flume", "flume-watch")),
    "nodemanager": (lambda settings: yarn.service(settings, nodes(settings)), ("nodemanager",)),
}
SECONDS_FOR_HDFS = 120


@entry_point
def main() -> None:
    """Render what the role needs and become it."""
    role, *words = sys.argv[1:] or [""]
    if role not in ROLES:
        raise UsageError(f"nobody knows the role {role!r}; there are {', '.join(ROLES)}")
    ROLES[role](read_settings(), words)


def prepare(settings: Settings) -> None:
    """Render what every Spark job reads, and say that it is of this code, so that make leaves it alone."""
    hadoop_conf.configure(settings, nodes(settings))
    spark_conf.configure(settings)
    write(rendered.stamp(settings), rendered.fingerprint(settings), PRIVATE)


def run_service(settings: Settings, words: Sequence[str]) -> None:
    """Become the daemons of a service that run here."""
    make, names = SERVICES[words[0]]
    hadoop_conf.configure(settings, nodes(settings))
    service = make(settings)
    service.prepare(settings)
    run_together([(one.command, one.env) for one in service.programs if one.name in names])


def run_job(settings: Settings, words: Sequence[str]) -> None:
    """Become a target of make, which may be of dbt."""
    prepare(settings)
    dbt_conf.configure(settings)
    os.chdir(ROOT)
    os.execvp("make", ["make", "--no-print-directory", *words])  # noqa: S606


def run_spark(settings: Settings, words: Sequence[str]) -> None:
    """Become a job of Spark that stays."""
    prepare(settings)
    os.execv(words[0], [*words])  # noqa: S606


def run_on_yarn(settings: Settings, words: Sequence[str]) -> None:
    """Become what hands a job to YARN, whose driver then runs in a container of a NodeManager."""
    prepare(settings)
    os.chdir(ROOT)
    os.environ |= {"SPARK_HOME": str(java.SPARK_HOME), "SPARK_CONF_DIR": str(settings.path("conf", "spark"))}
    submit = str(java.SPARK_HOME / "bin" / "spark-submit")
    os.execv(submit, [submit, "--master", "yarn", "--deploy-mode", "cluster", *words])  # noqa: S606


def run_page(settings: Settings, _: Sequence[str]) -> None:
    """Become the live page, which listens on loopback alone, and what brings to it whatever comes to this container."""
    port = str(settings.port("dashboard"))
    relay = (sys.executable, "-m", "infra.docker.relay", settings.host, port)
    run_together([((sys.executable, "-m", "reports.dashboard"), {}), (relay, {})])


def prepare_stores(settings: Settings, _: Sequence[str]) -> None:
    """Ensure the roles and schemas of PostgreSQL, the Hive catalogue's tables, and the folders of HDFS."""
    provision_postgres.provision(settings)
    deadline = time.monotonic() + SECONDS_FOR_HDFS
    while True:
        try:
            hdfs.probe_namenode(settings.webhdfs_url)
            break
        except NotReadyError as error:
            if time.monotonic() > deadline:
                raise UserError(f"HDFS takes no files after {SECONDS_FOR_HDFS} s: {error}") from None
            time.sleep(1)
    hdfs.provision(settings)


def prepare_tables(settings: Settings, _: Sequence[str]) -> None:
    """Ensure the schemas and the declared tables of the lake."""
    provision_lake.provision(settings)


def probe(settings: Settings, words: Sequence[str]) -> None:
    """Ask a service as `make up` does.

    Raises:
        UserError: it does not answer.
    """
    try:
        {"thrift": thrift.probe, "flume": flume.probe}[words[0]](settings)
    except NotReadyError as error:
        raise UserError(str(error)) from None


def run_together(commands: Sequence[tuple[Sequence[str], Mapping[str, str]]]) -> None:
    """Run daemons until one ends, or this process is told to; then end the others and leave with the first's status."""
    os.chdir(folder(read_settings().path("run", "tmp"), 0o700))
    running = [subprocess.Popen(words, env={**os.environ, **variables}) for words, variables in commands]

    def end(number: int, _: object) -> None:
        for one in running:
            one.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    while all(one.poll() is None for one in running):
        time.sleep(0.2)
    status = next(one.returncode for one in running if one.returncode is not None)
    for one in running:
        one.terminate()
        one.wait()
    # As a shell says of a process that a signal has ended.
    sys.exit(status if status >= 0 else 128 - status)


ROLES: dict[str, Callable[[Settings, Sequence[str]], None]] = {
    "service": run_service,
    "spark": run_spark,
    "submit": run_on_yarn,
    "page": run_page,
    "make": run_job,
    "catalogue": prepare_stores,
    "tables": prepare_tables,
    "probe": probe,
}


if __name__ == "__main__":
    main()
