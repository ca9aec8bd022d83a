"""Delta tables as Arrow, and what is said where one cannot be read."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from common.errors import UserError
from common.lake_paths import table_folder
from common.lake_reader import cause, open_table
from common.settings import Settings, read_settings

ROWS = pa.table(
    {
        "name": pa.array(["a", "b", None]),
        "tags": pa.array([["x"], None, []], pa.list_(pa.string())),
        "at": pa.array([1, 2, 3], pa.timestamp("us", "UTC")),
    }
)
DATANODES = (
    "C Data interface error: External error: Parquet error: External: Generic HdfsObjectStore error: data transfer "
    'error: All DataNodes failed: [DatanodeInfoProto { id: DatanodeIdProto { ip_addr: "127.0.0.1" } }]'
)
NAMENODE = (
    "Kernel error -> Generic HdfsObjectStore error\n          \x1b[31m↳\x1b[0m RPC error\n           \x1b[31m↳\x1b[0m "
    "org.apache.hadoop.security.AccessControlException Permission denied\n            \x1b[31m↳\x1b[0m user=exporter, "
    'access=EXECUTE, inode="/lake/raw"\n\tat org.apache.hadoop.hdfs.server.namenode.FSPermissionChecker.check\n'
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a lake on local files."""
    return read_settings({"HDFS_URL": f"file://{tmp_path}"}, Path("/nowhere"))


def folder(settings: Settings) -> Path:
    """Return where the table `core.names` lies."""
    path = Path(f"{settings.hdfs_url.removeprefix('file://')}{table_folder('core.names')}")
    path.mkdir(parents=True, exist_ok=True)
    return path


def test_a_table_is_read_whole_in_plain_types(settings: Settings) -> None:
    schema = ROWS.schema.set(2, pa.field("at", pa.timestamp("us", "UTC"), nullable=False))
    write_deltalake(str(folder(settings)), ROWS.cast(schema))
    lake = open_table(settings, "core.names")
    assert (lake.version, lake.rows(), lake.required) == (0, 3, {"at"})
    assert pa.Table.from_batches(lake.batches()).to_pylist() == ROWS.to_pylist()
    assert [str(kind) for kind in lake.schema.types] == ["string", "list<element: string>", "timestamp[us, tz=UTC]"]
    (batch,) = lake.batches(["at"])
    assert batch.schema.names == ["at"]


def test_a_missing_table_names_the_remedy(settings: Settings) -> None:
    folder(settings)
    with pytest.raises(UserError, match=r"^the lake has no table core.names; run `make marts` first$"):
        open_table(settings, "core.names")
    with pytest.raises(UserError, match=r"^the lake has no table predictions.drift; run `make up` first$"):
        open_table(settings, "predictions.drift")


def test_a_feature_that_the_reader_does_not_know_is_named(settings: Settings) -> None:
    write_deltalake(str(folder(settings)), ROWS)
    log = folder(settings) / "_delta_log" / f"{0:020}.json"
    others = [line for line in log.read_text().splitlines() if '"protocol"' not in line]
    features = ["futureFeature"]
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": features, "writerFeatures": features}
    log.write_text("\n".join([json.dumps({"protocol": protocol}), *others]))
    with pytest.raises(UserError, match=r"^core.names .*futureFeature") as error:
        list(open_table(settings, "core.names").batches())
    assert "\n" not in str(error.value)


def test_hdfs_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "core-site.xml").write_text("<configuration/>")
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("HADOOP_USER_NAME", "nobody")
    closed = read_settings({"HDFS_URL": "hdfs://localhost:1"}, Path("/nowhere"))
    with pytest.raises(UserError, match=r"^core.names cannot be read: Connection refused .*`make up`") as error:
        open_table(closed, "core.names")
    assert "\n" not in str(error.value)


def test_the_innermost_cause_is_said() -> None:
    assert cause(OSError(DATANODES)) == "data transfer error: All DataNodes failed"
    assert cause(OSError(NAMENODE)) == 'user=exporter, access=EXECUTE, inode="/lake/raw"'
