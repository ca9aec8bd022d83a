"""The settings: environment, then `.env`, then the embedded platform."""

from pathlib import Path

import pytest

from spark.common.errors import UsageError
from spark.common.settings import PORTS, ROOT, settings


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nPORT_BASE=18000\nDRIVER_MEMORY='2g'\n")
    config = settings({"PORT_BASE": "19000"}, env_file=file)
    assert (config.port_base, config.driver_memory, config.spark_master) == (19000, "2g", "local[2]")


def test_a_second_platform_needs_another_folder_and_base_alone(tmp_path: Path) -> None:
    config = settings({"STATE_DIR": str(tmp_path), "PORT_BASE": "27000"}, env_file=tmp_path / ".env")
    assert config.kafka_bootstrap == f"127.0.0.1:{27000 + PORTS['kafka']}"
    assert config.hdfs_url == f"hdfs://localhost:{27000 + PORTS['namenode']}"
    assert config.path("conf") == tmp_path / "conf"
    assert config.dbt_target == tmp_path / "dbt"


def test_dbt_writes_where_it_would_by_itself_on_the_default_platform(tmp_path: Path) -> None:
    assert settings({}, env_file=tmp_path / ".env").dbt_target == ROOT / "dbt_project" / "target"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("PORT_BASE", "abc", "PORT_BASE='abc' is not a whole number"),
        ("PORT_BASE", "80", "PORT_BASE=80 is out of range"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        settings({name: value}, env_file=tmp_path / ".env")


def test_a_missing_password_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no password for reporter: .*secrets/reporter is missing; run `make setup`"):
        settings({"STATE_DIR": str(tmp_path)}, env_file=tmp_path / ".env").secret("reporter")


def test_no_two_services_share_a_port() -> None:
    assert len(set(PORTS.values())) == len(PORTS)
