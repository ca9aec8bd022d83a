"""The settings: environment, then `.env`, then the embedded platform."""

from pathlib import Path

import pytest

from common.errors import UsageError
from common.settings import NAMES, PORTS, ROOT, read_settings


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nPORT_BASE=18000\nDRIVER_MEMORY='2g'\n")
    settings = read_settings({"PORT_BASE": "19000"}, env_file=file)
    assert (settings.port_base, settings.driver_memory, settings.spark_master) == (19000, "2g", "local[2]")


def test_a_second_platform_needs_another_folder_and_base_alone(tmp_path: Path) -> None:
    settings = read_settings({"STATE_DIR": str(tmp_path), "PORT_BASE": "27000"}, env_file=tmp_path / ".env")
    assert settings.kafka_bootstrap == f"127.0.0.1:{27000 + PORTS['kafka']}"
    assert settings.hdfs_url == f"hdfs://localhost:{27000 + PORTS['namenode']}"
    assert settings.path("conf") == tmp_path / "conf"
    assert settings.dbt_target == tmp_path / "dbt"


def test_dbt_writes_where_it_would_by_itself_on_the_default_platform(tmp_path: Path) -> None:
    assert read_settings({}, env_file=tmp_path / ".env").dbt_target == ROOT / "dbt_project" / "target"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("PORT_BASE", "abc", "PORT_BASE='abc' is not a whole number"),
        ("PORT_BASE", "80", "PORT_BASE=80 is out of range"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        read_settings({name: value}, env_file=tmp_path / ".env")


def test_a_missing_password_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no password for reporter: .*secrets/reporter is missing; run `make up`"):
        read_settings({"STATE_DIR": str(tmp_path)}, env_file=tmp_path / ".env").secret("reporter")


def test_no_two_services_share_a_port() -> None:
    assert len(set(PORTS.values())) == len(PORTS)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("DRIVER_MEMORY", "lots", "DRIVER_MEMORY='lots' is not an amount such as 800m or 2g"),
        ("DRIVER_MEMORY", "2", "DRIVER_MEMORY='2' is not an amount"),
        ("MONITOR_MEMORY", "much", "MONITOR_MEMORY='much' is not an amount such as 800m or 2g"),
        ("SPARK_MASTER", "loca[2]", r"SPARK_MASTER='loca\[2\]' is not local\[2\], yarn or an address of a cluster"),
        ("KAFKA_BOOTSTRAP", "broker", "KAFKA_BOOTSTRAP='broker' is not an address such as 127.0.0.1:17001"),
        ("HDFS_URL", "localhost:9000", "HDFS_URL='localhost:9000' is not an address such as hdfs://localhost:17004"),
        ("TOPIC_PARTITIONS", "0", "TOPIC_PARTITIONS=0 is out of range; use a number from 1 to 1000"),
        ("POSTGRES_PORT", "70000", "POSTGRES_PORT=70000 is out of range"),
        ("MAX_OFFSETS_PER_BATCH", "1e6", "MAX_OFFSETS_PER_BATCH='1e6' is not a whole number"),
    ],
)
def test_a_value_of_another_form_is_named(tmp_path: Path, name: str, value: str, text: str) -> None:
    for environ in ({name: value}, {}):
        file = tmp_path / ".env"
        file.write_text("" if environ else f"{name}={value}\n")
        with pytest.raises(UsageError, match=text):
            read_settings(environ, env_file=file)


@pytest.mark.parametrize("form", ["local", "local[*]", "yarn", "spark://host:7077"])
def test_every_master_of_spark_may_be_named(tmp_path: Path, form: str) -> None:
    assert read_settings({"SPARK_MASTER": form}, env_file=tmp_path / ".env").spark_master == form


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("PORT_BSE=17100", r"\.env, line 2: there is no setting PORT_BSE; do you mean PORT_BASE\?"),
        ("port_base=17100", r"\.env, line 2: there is no setting port_base; do you mean PORT_BASE\?"),
        ("PORT_BASE 17000", r"\.env, line 2: 'PORT_BASE 17000' is not NAME=value"),
        ("colour=blue", r"\.env, line 2: there is no setting colour; \.env\.example has them all"),
    ],
)
def test_a_line_that_sets_nothing_is_named(tmp_path: Path, line: str, text: str) -> None:
    (tmp_path / ".env").write_text(f"# mine\n{line}\n")
    with pytest.raises(UsageError, match=text):
        read_settings({}, env_file=tmp_path / ".env")


@pytest.mark.parametrize(
    "line",
    ["PORT_BASE=18000", "export PORT_BASE=18000", "PORT_BASE = 18000  # mine", "PORT_BASE='18000'",
     "\ufeffPORT_BASE=18000", 'PORT_BASE="18000" # mine'],
)  # fmt: skip
def test_a_line_is_read_as_a_shell_would(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(line, "utf-8")
    assert read_settings({}, env_file=tmp_path / ".env").port_base == 18000


def test_what_is_quoted_may_hold_a_hash(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STATE_DIR='/srv/a #1'\nCONTRACTS_DIR=mine#1\n")
    settings = read_settings({}, env_file=tmp_path / ".env")
    assert (settings.state_dir, settings.contracts_dir.name) == (Path("/srv/a #1"), "mine#1")


def test_a_password_of_the_file_counts_and_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONITOR_PASSWORD", raising=False)
    (tmp_path / ".env").write_text("MONITOR_PASSWORD=of-the-file\n")
    settings = read_settings({}, tmp_path / ".env")
    assert settings.secret("monitor") == "of-the-file"
    assert "of-the-file" not in repr(settings)
    monkeypatch.setenv("MONITOR_PASSWORD", "of-the-environment")
    assert settings.secret("monitor") == "of-the-environment"


def test_the_example_names_every_setting() -> None:
    named = {line.lstrip("#").split("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line}
    assert {name for name in NAMES if not name.endswith("_PASSWORD")} <= named


def test_a_bad_value_of_the_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DRIVER_MEMORY=lots\n")
    with pytest.raises(UsageError, match=r"^\.env: DRIVER_MEMORY='lots' is not an amount"):
        read_settings({}, tmp_path / ".env")
    with pytest.raises(UsageError, match=r"^DRIVER_MEMORY='more' is not an amount"):
        read_settings({"DRIVER_MEMORY": "more"}, tmp_path / ".env")


def test_a_name_twice_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT_BASE=18000\nPORT_BASE=19000\n")
    with pytest.raises(UsageError, match=r"^\.env, line 2: PORT_BASE is set for the second time"):
        read_settings({}, tmp_path / ".env")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    for name in ("folder", "dangling"):
        with pytest.raises(UsageError, match=f"^{name} is no regular file"):
            read_settings({}, tmp_path / name)
