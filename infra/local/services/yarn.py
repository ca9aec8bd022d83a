"""YARN: one ResourceManager and one NodeManager, started only where asked for."""

import json
import urllib.request

from infra.local import hadoop_conf
from infra.local.service import NotReady, Program, Service
from infra.local.services.hdfs import arguments, daemon
from spark.common.settings import Settings

SERVER = "org.apache.hadoop.yarn.server"
RESOURCEMANAGER = f"{SERVER}.resourcemanager.ResourceManager"
NODEMANAGER = f"{SERVER}.nodemanager.NodeManager"


def service(settings: Settings) -> Service:
    """Return YARN; its configuration is rendered."""
    config = hadoop_conf.configure(settings)
    resources = arguments(settings, "resourcemanager", "256m")
    nodes = arguments(settings, "nodemanager", "256m")
    programs: tuple[Program, ...] = (
        daemon(settings, "resourcemanager", RESOURCEMANAGER, resources,
               ("resourcemanager", "resourcemanager-scheduler", "resourcemanager-tracker", "resourcemanager-admin",
                "resourcemanager-web"), "yarn"),
        daemon(settings, "nodemanager", NODEMANAGER, nodes,
               ("nodemanager", "nodemanager-localizer", "nodemanager-web"), "yarn"),
    )  # fmt: skip
    return Service(
        name="yarn",
        programs=programs,
        probe=probe,
        needs=("hdfs",),
        optional=True,
        config=(*(path for path in config if path.suffix == ".xml"), resources, nodes),
    )


def probe(settings: Settings) -> None:
    """Ask the ResourceManager whether it has its NodeManager."""
    url = f"http://localhost:{settings.port('resourcemanager-web')}/ws/v1/cluster/metrics"
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            active = json.load(answer)["clusterMetrics"]["activeNodes"]
    except (OSError, ValueError, KeyError) as error:
        raise NotReady(f"ResourceManager: {error}") from None
    if active < 1:
        raise NotReady("no NodeManager is registered")
