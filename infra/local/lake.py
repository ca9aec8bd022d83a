"""Who owns what in the lake: its schemas, its folders, and the users of HDFS."""

from dataclasses import dataclass

from common.lake_paths import (
    CHECKPOINTS,
    FLUME_EVENTS,
    LAKE,
    MODELS,
    MONITOR_CHECKPOINTS,
    RAW,
    WAREHOUSE,
    schema_folder,
)

CONTAINER_LOGS = "/yarn-logs"
GROUP = "lake"
# Whoever may read what has not been through the ingest, personal data included.
RAW_GROUP = "raw"
RAW_USERS = ("streaming", "flume")
SUPERUSER = "hdfs"
USERS = ("streaming", "modeler", "learner", "exporter", "monitor", "flume")

# The owner alone writes a schema; the whole group reads it.
SCHEMAS = {
    "bronze": "streaming",
    "staging": "modeler",
    "core": "modeler",
    "behaviour": "modeler",
    "segments": "modeler",
    "churn": "modeler",
    "satisfaction": "modeler",
    "predictions": "learner",
    "insights": "modeler",
    "guard": "modeler",
    "live": "monitor",
}


@dataclass(frozen=True)
class Folder:
    """A folder of HDFS; `mode` is octal text."""

    path: str
    owner: str
    group: str
    mode: str


def folders() -> list[Folder]:
    """Return every folder that the platform makes, parents first."""
    return [
        Folder(CONTAINER_LOGS, "yarn", GROUP, "1777"),
        Folder("/user", SUPERUSER, "supergroup", "755"),
        *(Folder(f"/user/{user}", user, GROUP, "700") for user in USERS),
        Folder(LAKE, SUPERUSER, GROUP, "750"),
        Folder(WAREHOUSE, SUPERUSER, GROUP, "750"),
        Folder(CHECKPOINTS, "streaming", GROUP, "750"),
        Folder(MONITOR_CHECKPOINTS, "monitor", GROUP, "750"),
        Folder(RAW, "streaming", GROUP, "700"),
        Folder(FLUME_EVENTS, "flume", RAW_GROUP, "750"),
        Folder(MODELS, "learner", GROUP, "750"),
        *(Folder(schema_folder(schema), owner, GROUP, "750") for schema, owner in SCHEMAS.items()),
    ]
