"""Who owns what in the lake: its schemas, its folders, and the users of HDFS."""

from dataclasses import dataclass

from common.settings import WAREHOUSE

CONTAINER_LOGS = "/yarn-logs"
GROUP = "lake"
SUPERUSER = "hdfs"
USERS = ("streaming", "modeler", "learner", "exporter")

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
}


@dataclass(frozen=True)
class Folder:
    """A folder of HDFS; `mode` is octal text."""

    path: str
    owner: str
    group: str
    mode: str


def schema_folder(schema: str) -> str:
    """Return the folder of a schema's tables."""
    return f"{WAREHOUSE}/{schema}.db"


def folders() -> list[Folder]:
    """Return every folder that the platform makes, parents first."""
    return [
        Folder(CONTAINER_LOGS, "yarn", GROUP, "1777"),
        Folder("/user", SUPERUSER, "supergroup", "755"),
        *(Folder(f"/user/{user}", user, GROUP, "700") for user in USERS),
        Folder("/lake", SUPERUSER, GROUP, "750"),
        Folder(WAREHOUSE, SUPERUSER, GROUP, "750"),
        Folder("/lake/checkpoints", "streaming", GROUP, "750"),
        Folder("/lake/raw", "streaming", GROUP, "700"),
        Folder("/lake/models", "learner", GROUP, "750"),
        *(Folder(schema_folder(schema), owner, GROUP, "750") for schema, owner in SCHEMAS.items()),
    ]
