"""Tables of the lake as Arrow record batches, read from HDFS without a JVM; whoever reads here cannot write.

`deltalake` reads the log and the files of one version of a table, the newest when it is opened. It finds HDFS by
`HADOOP_CONF_DIR` and names itself by `HADOOP_USER_NAME`.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from common.errors import UserError
from common.lake_paths import table_folder
from common.settings import Settings

if TYPE_CHECKING:
    from deltalake import DeltaTable

IDENTITY = "exporter"
# What the reader puts before each cause of an error, and colours.
CAUSE, COLOUR = "↳", re.compile(r"\x1b\[\d+m")
WRAPPER = re.compile(r"^.*Generic HdfsObjectStore error: ")


@dataclass(frozen=True)
class LakeTable:
    """One version of a Delta table: its identity, and the columns that it never leaves empty."""

    name: str
    delta_id: str
    version: int
    schema: pa.Schema
    required: frozenset[str]
    table: "DeltaTable" = field(repr=False, compare=False)

    def batches(self, columns: Sequence[str] | None = None, where: str | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows, some thousands at a time, in no order; deleted rows are left out.

        Args:
            columns: by default all.
            where: SQL of the rows that are wanted; files whose statistics rule them out are not opened.

        Raises:
            UserError: HDFS does not answer, or a file is gone.
        """
        with reading(self.name):
            # The reader's texts are views of longer ones, with which little can be computed.
            names = list(columns or self.schema.names)
            plain = pa.schema([self.schema.field(name) for name in names])
            for batch in pa.RecordBatchReader.from_stream(self.table.scan(columns=names, predicate=where)):
                yield batch.cast(plain)

    def rows(self) -> int:
        """Return the number of rows, counted in the files."""
        return sum(batch.num_rows for batch in self.batches(self.schema.names[:1]))


def open_table(settings: Settings, name: str) -> LakeTable:
    """Return the newest version of the table `schema.table`.

    Raises:
        UserError: there is none, HDFS does not answer, or it is of a kind that the reader does not know.
    """
    delta_table = reader(settings)
    with reading(name):
        opened = delta_table(f"{settings.hdfs_url}{table_folder(name)}")
        fields = opened.schema().fields
        metadata = opened.metadata()
        arrow = pa.schema(opened.schema().to_arrow())
    checked = set(metadata.configuration.values())
    required = frozenset(one.name for one in fields if not one.nullable or f"{one.name} is not null" in checked)
    return LakeTable(name, str(metadata.id), opened.version(), arrow, required, opened)


def reader(settings: Settings) -> "type[DeltaTable]":
    """Return the reader's class, told where HDFS is, as whom it comes, and to be silent."""
    if settings.hdfs_url.startswith("hdfs:"):
        os.environ.setdefault("HADOOP_CONF_DIR", str(settings.path("conf", "hadoop")))
        os.environ["HADOOP_USER_NAME"] = IDENTITY
    # It is read when the module is loaded.
    os.environ.setdefault("RUST_LOG", "off")
    from deltalake import DeltaTable

    return DeltaTable


def maker(name: str) -> str:
    """Return the command that makes a table."""
    schema = name.partition(".")[0]
    if schema in ("bronze", "predictions", "live"):
        return "`make up`"
    return "`make insights`" if schema == "insights" else "`make marts`"


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the reader says of a table into one line."""
    from deltalake.exceptions import DeltaError, DeltaProtocolError, TableNotFoundError

    try:
        yield
    except TableNotFoundError:
        raise UserError(f"the lake has no table {name}; run {maker(name)} first") from None
    except DeltaProtocolError as error:
        raise UserError(
            f"{name} has a feature of Delta that the reader does not know ({cause(error)}); make the table again "
            "without it"
        ) from None
    except (DeltaError, OSError, pa.ArrowException) as error:
        raise UserError(
            f"{name} cannot be read: {cause(error)}; if HDFS is down, `make up`, and the same command again"
        ) from None


def cause(error: Exception) -> str:
    """Return the innermost cause of a reader's error, in one line."""
    lines = [line.strip() for line in COLOUR.sub("", str(error)).splitlines() if line.strip()]
    causes = [line.removeprefix(CAUSE).strip() for line in lines if line.startswith(CAUSE)]
    text = WRAPPER.sub("", causes[-1] if causes else (lines or [type(error).__name__])[0])
    return text.partition(": [")[0][:300]
