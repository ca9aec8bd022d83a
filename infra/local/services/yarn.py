"""YARN: one ResourceManager and one NodeManager, started only where asked for."""

from common.settings import Settings
from infra.local import hadoop_conf, web
from infra.local.service import NotReadyError, Program, Service
from infra.local.services.hdfs import arguments, daemon

SERVER = "org.apache.hadoop.yarn.server"
RESOURCEMANAGER = f"{SERVER}.resourcemanager.ResourceManager"
NODEMANAGER = f"{SERVER}.nodemanager.NodeManager"


def service(settings: Settings, nodes: hadoop_conf.Nodes = hadoop_conf.HERE) -> Service:
    """Return YARN; its configuration is rendered."""
    config = hadoop_conf.configure(settings, nodes)
    resources = arguments(settings, "resourcemanager", "256m")
    workers = arguments(settings, "nodemanager", "256m")
    programs: tuple[Program, ...] = (
        daemon(settings, "resourcemanager", RESOURCEMANAGER, resources,
               ("resourcemanager", "resourcemanager-scheduler", "resourcemanager-tracker", "resourcemanager-admin",
                "resourcemanager-web"), "yarn"),
        daemon(settings, "nodemanager", NODEMANAGER, workers,
               ("nodemanager", "nodemanager-localizer", "nodemanager-web"), "yarn"),
    )  # fmt: skip
    return Service(
        name="yarn",
        programs=programs,
        probe=probe,
        needs=("hdfs",),
        optional=True,
        config=(*(path for path in config if path.suffix == ".xml"), resources, workers),
    )


def probe(settings: Settings) -> None:
    """Ask the ResourceManager whether it has its NodeManager."""
    try:
        active = web.get_json(settings.yarn_url, "/ws/v1/cluster/metrics")["clusterMetrics"]["activeNodes"]
    except (OSError, KeyError) as error:
        raise NotReadyError(f"ResourceManager: {error}") from None
    if active < 1:
        raise NotReadyError("no NodeManager is registered")
