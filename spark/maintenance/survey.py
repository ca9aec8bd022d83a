"""What lies in the lake's folders, seen from HDFS alone, so that no JVM starts for tables that are fine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from common.lake_paths import WAREHOUSE
from common.webhdfs import WebHdfs

# Any user of the group may look.
READER = "exporter"
# A file below this is small: opening it costs more than reading it.
SMALL_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Folder:
    """The folder of a Delta table: its data files, dead ones included, and the commits of its log."""

    name: str
    path: str
    owner: str
    files: int
    small_files: int
    bytes: int
    commits: int

    def pays(self, small_files: int, commits: int) -> bool:
        """Return whether a closer look may pay; dead files count too, so that what is over its time is removed."""
        return self.small_files >= small_files or self.commits >= commits


def folders(hdfs: WebHdfs) -> Iterator[Folder]:
    """Yield the folder of every Delta table of the lake, in the order of their names."""
    for schema in entries(hdfs, WAREHOUSE):
        place = f"{WAREHOUSE}/{schema['pathSuffix']}"
        for table in entries(hdfs, place):
            lake_table = folder(hdfs, f"{place}/{table['pathSuffix']}", schema["owner"])
            if lake_table.commits:
                yield lake_table


def folder(hdfs: WebHdfs, path: str, owner: str) -> Folder:
    """Return what lies in a table's folder; no commits where it is none."""
    *_, schema, table = path.split("/")
    data = [one["length"] for one in entries(hdfs, path) if one["pathSuffix"].endswith(".parquet")]
    return Folder(
        name=f"{schema.removesuffix('.db')}.{table}",
        path=path,
        owner=owner,
        files=len(data),
        small_files=sum(size < SMALL_BYTES for size in data),
        bytes=sum(data),
        commits=commits(one["pathSuffix"] for one in entries(hdfs, f"{path}/_delta_log")),
    )


def commits(names: Iterable[str]) -> int:
    """Return how many of a log's files are commits."""
    return sum(name.endswith(".json") and name[:20].isdigit() for name in names)


def entries(hdfs: WebHdfs, path: str) -> list[dict[str, Any]]:
    """Return the facts of what lies in a folder, by name; nothing where there is no folder."""
    answer = hdfs.call("GET", path, "LISTSTATUS", absent_ok=True)
    entries: list[dict[str, Any]] = answer["FileStatuses"]["FileStatus"] if answer else []
    return sorted(entries, key=lambda one: str(one["pathSuffix"]))
