"""Platforms that never run: real files of PostgreSQL where they matter, and what stands for the other stores."""

from pathlib import Path

from common import home
from common.settings import Settings, read_settings
from infra.setup import secrets

FILES = {
    "data/kafka/meta.properties": "cluster.id=a",
    "data/hdfs/name/current/VERSION": "clusterID=b",
    "data/hdfs/blocks/current/blk_1": "a block",
    "data/thrift/provisioned": "mark",
    "replays/aa.json": "{}",
    "simulations/truth.jsonl": "{}",
    "out/report.html": "<html>",
    "run/ingest.json": "{}",
    "dbt/manifest.json": "{}",
}


def settings_of(folder: Path, base: int) -> Settings:
    """Return the settings of a platform that never runs, with its secrets."""
    settings = read_settings({"STATE_DIR": str(folder), "PORT_BASE": str(base)}, folder / "none")
    home.claim(settings)
    secrets.ensure(settings)
    return settings


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
