"""A Delta table's log as WebHDFS shows it: which commit made which rows readable, and when."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from common.settings import Settings
from common.webhdfs import WebHdfs

READER = "streaming"


@dataclass(frozen=True)
class Commit:
    """One commit: its version, when its file was closed (milliseconds since 1970), the data files that it added.

    `newest_ms` is the newest arrival among its rows, None where their files keep no bounds of it.
    """

    version: int
    at_ms: int
    files: tuple[str, ...]
    newest_ms: int | None


@dataclass(frozen=True)
class Table:
    """A Delta table at a path of HDFS."""

    settings: Settings
    path: str

    def listing(self, folder: str) -> list[dict[str, Any]]:
        """Return the facts of all files in a folder of the table; none where it is not there."""
        client = WebHdfs.of(self.settings, READER)
        answer = client.call("GET", f"{self.path}{folder}", "LISTSTATUS", absent_ok=True)
        return list(answer["FileStatuses"]["FileStatus"]) if answer else []

    def read(self, name: str) -> bytes:
        """Return the content of one file of the table."""
        path = urlsplit(name).path if "://" in name else f"{self.path}/{name}"
        content = WebHdfs.of(self.settings, READER).read(path)
        if content is None:
            raise FileNotFoundError(path)
        return content

    def times(self) -> dict[int, int]:
        """Return when each commit was made, by version, in milliseconds since 1970."""
        files = self.listing("/_delta_log")
        names = {one["pathSuffix"]: int(one["modificationTime"]) for one in files}
        return {int(name[:20]): at for name, at in sorted(names.items()) if is_commit(name)}

    def commits(self, after: int = -1) -> Iterator[Commit]:
        """Yield the commits after a version that added rows, in order."""
        for version, at in self.times().items():
            if version <= after:
                continue
            added = [one["add"] for one in self.actions(version) if "add" in one and one["add"]["dataChange"]]
            yield Commit(version, at, tuple(unquote(one["path"]) for one in added), newest(added))

    def actions(self, version: int) -> Iterator[dict[str, Any]]:
        """Yield the actions of one commit."""
        yield from map(json.loads, self.read(f"_delta_log/{version:020d}.json").splitlines())

    def live(self) -> list[str]:
        """Return the data files that the newest version consists of: the newest checkpoint and the commits after it."""
        names = [one["pathSuffix"] for one in self.listing("/_delta_log")]
        first = max((int(name[:20]) for name in names if name.endswith(".checkpoint.parquet")), default=-1)
        files: dict[str, None] = {}
        if first >= 0:
            added = self.rows(f"_delta_log/{first:020d}.checkpoint.parquet", ["add.path"])["add"].to_pylist()
            files = dict.fromkeys(unquote(one["path"]) for one in added if one and one["path"])
        for version in (int(name[:20]) for name in sorted(names) if is_commit(name) and int(name[:20]) > first):
            actions = list(self.actions(version))
            for path in (unquote(one["remove"]["path"]) for one in actions if "remove" in one):
                files.pop(path, None)
            files |= dict.fromkeys(unquote(one["add"]["path"]) for one in actions if "add" in one)
        return list(files)

    def rows(self, file: str, columns: list[str]) -> pa.Table:
        """Return columns of one data file."""
        return pq.ParquetFile(io.BytesIO(self.read(file))).read(columns=columns)

    def codec(self, file: str) -> str:
        """Return the compression of a data file, as Spark names it."""
        group = pq.ParquetFile(io.BytesIO(self.read(file))).metadata.row_group(0)
        return str(group.column(0).compression).lower()


def newest(added: list[dict[str, Any]]) -> int | None:
    """Return the newest arrival that the bounds of data files name, in milliseconds since 1970."""
    bounds = [json.loads(one.get("stats") or "{}").get("maxValues", {}).get("arrived_at") for one in added]
    return max((int(datetime.fromisoformat(one).timestamp() * 1000) for one in bounds if one), default=None)


def is_commit(name: str) -> bool:
    """Return whether a file of the log is a commit."""
    return name.endswith(".json") and name[:-5].isdecimal()
