"""Where the monitor's queries keep how far they are."""

from common.lake_paths import MONITOR_CHECKPOINTS
from common.settings import Settings


def address(settings: Settings, query: str) -> str:
    """Return the full address of a query's checkpoint."""
    return f"{settings.hdfs_url}{MONITOR_CHECKPOINTS}/{query}"
