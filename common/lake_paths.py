"""Where things lie in the lake, on HDFS."""

LAKE = "/lake"
WAREHOUSE = f"{LAKE}/warehouse"
CHECKPOINTS = f"{LAKE}/checkpoints"
RAW = f"{LAKE}/raw"
# Files of events, a folder per topic.
RAW_EVENTS = f"{RAW}/events"
# What Flume writes there, a folder per topic.
FLUME_EVENTS = f"{LAKE}/flume"
MODELS = f"{LAKE}/models"
# Of the ingest of events.
EVENTS_CHECKPOINT = f"{CHECKPOINTS}/events"
# Of the monitor, one folder per query.
MONITOR_CHECKPOINTS = f"{CHECKPOINTS}/monitor"


def schema_folder(schema: str) -> str:
    """Return the folder of a schema's tables."""
    return f"{WAREHOUSE}/{schema}.db"


def table_folder(name: str) -> str:
    """Return the folder of the table `schema.table`."""
    schema, _, table = name.partition(".")
    return f"{schema_folder(schema)}/{table}"
