"""YARN, where jobs are to run there: its version, its nodes, and whether a job fits."""

from collections.abc import Iterator
from dataclasses import dataclass

from common.settings import PORTS, Settings
from infra.cluster.finding import Finding, version_faults
from infra.local import web
from infra.local.spark_conf import EXECUTOR_MEMORY, EXECUTOR_OVERHEAD, EXECUTORS
from infra.setup.jars import released

SERVICE = "yarn"
UNITS = {"m": 1, "g": 1024, "t": 1024 * 1024}
# What Spark asks for beyond the heap of a driver that runs in a container: a tenth, and no less than this.
LEAST_OVERHEAD_MB = 384


@dataclass(frozen=True)
class Facts:
    """What the ResourceManager says of itself and of its nodes."""

    version: str
    state: str
    nodes: int
    total_mb: int
    free_mb: int


def is_wanted(settings: Settings) -> bool:
    """Return whether jobs are to run on YARN, or the profile says where one is."""
    own = f"http://localhost:{settings.port_base + PORTS['resourcemanager-web']}"
    return settings.spark_master == "yarn" or settings.yarn_url != own


def findings(settings: Settings) -> Iterator[Finding]:
    """Ask the ResourceManager, and judge."""
    try:
        facts = read(settings)
    except (OSError, KeyError) as error:
        fault = f"no ResourceManager answers at {settings.yarn_url} ({error})"
        yield Finding(SERVICE, fault, "set YARN_URL to the active ResourceManager's http address")
        return
    yield from judge(settings, facts)


def read(settings: Settings) -> Facts:
    """Return the facts.

    Raises:
        OSError, KeyError: it does not answer, or not as a ResourceManager does.
    """
    info = web.get_json(settings.yarn_url, "/ws/v1/cluster/info")["clusterInfo"]
    metrics = web.get_json(settings.yarn_url, "/ws/v1/cluster/metrics")["clusterMetrics"]
    return Facts(
        version=info["resourceManagerVersion"],
        state=info["state"],
        nodes=metrics["activeNodes"],
        total_mb=metrics["totalMB"],
        free_mb=metrics["availableMB"],
    )


def judge(settings: Settings, facts: Facts) -> Iterator[Finding]:
    """Yield what keeps a job from running there."""
    yield from version_faults(SERVICE, "Hadoop", facts.version, released("hadoop", "hadoop-common"))
    if facts.state != "STARTED":
        yield Finding(SERVICE, f"the ResourceManager is {facts.state}", "see its log, or name the active one: YARN_URL")
    if facts.nodes < 1:
        yield Finding(SERVICE, "no NodeManager is active", "start one, and see its log where it is unhealthy")
    elif facts.total_mb < job_mb(settings):
        fault = f"its nodes have {facts.total_mb} MB; a job asks for {job_mb(settings)} MB"
        yield Finding(
            SERVICE, fault, "add a NodeManager, raise yarn.nodemanager.resource.memory-mb, lower DRIVER_MEMORY"
        )
    elif facts.free_mb < job_mb(settings):
        fault = f"{facts.free_mb} MB of {facts.total_mb} are free; a job asks for {job_mb(settings)} MB and would wait"
        yield Finding(SERVICE, fault, "let other applications end, or give this one a queue of its own")


def job_mb(settings: Settings) -> int:
    """Return what a job's driver and executors ask for together."""
    driver = megabytes(settings.driver_memory)
    executors = EXECUTORS * sum(map(megabytes, (EXECUTOR_MEMORY, EXECUTOR_OVERHEAD)))
    return driver + max(LEAST_OVERHEAD_MB, driver // 10) + executors


def megabytes(amount: str) -> int:
    """Return an amount such as `800m` or `2g` in MB."""
    return int(amount[:-1]) * UNITS[amount[-1].lower()]
