"""Restore: the platform that was kept, or an empty one as before."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from common import home
from common.errors import UserError
from common.settings import Settings
from infra.local import restore as opposite
from infra.local.backup import backup
from infra.local.backup_parts import LEFT_OUT
from infra.local.files import write
from infra.local.provision_postgres import connect
from infra.local.restore import restore
from infra.local.services import postgres
from tests.unit.infra.local.platforms import FILES, files, settings_of


@pytest.mark.parametrize("with_secrets", [True, False])
def test_what_is_restored_is_what_was_kept(
    server: Settings, with_secrets: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Under another folder and port; the superuser of PostgreSQL then has this platform's password."""
    place, other = tmp_path / "kept", settings_of(tmp_path / "state", 23100)
    own = other.secret("postgres")
    backup(server, str(place), with_secrets)
    output = capsys.readouterr().out.splitlines()[-1]
    assert output.startswith("backup: ")
    assert output.endswith(f"s, in {place}")
    assert place.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in place.iterdir()} == {0o600}
    assert (place / "secrets.tar.zst").is_file() == with_secrets
    restore(other, str(place))
    output, warned = capsys.readouterr()
    assert output.splitlines()[-1].startswith("restore: ")
    assert {name: other.path(name).read_text() for name in FILES} == FILES
    assert not [name for name in LEFT_OUT if other.path("data", "hdfs", name).exists()]
    assert not other.path(".restoring").exists()
    assert other.secret("postgres") == (server.secret("postgres") if with_secrets else own)
    assert ("quarantined payloads stay unreadable" in warned) != with_secrets
    assert ("secrets/pseudonyms" in warned) != with_secrets
    assert login(other) == "1"


def login(settings: Settings) -> str:
    """Start the server on a private port of its own, and return what it answers to its superuser."""
    postgres.configure(settings)
    daemon = subprocess.Popen(
        postgres.service(settings).programs[0].command, cwd="/", stderr=subprocess.PIPE, text=True
    )
    assert daemon.stderr
    try:
        while "ready to accept connections" not in (line := daemon.stderr.readline()):
            assert line, "the server ended"
        with connect(settings, "postgres", "postgres") as connection:
            row = connection.execute("select 1").fetchone()
        return str(row[0]) if row else ""
    finally:
        daemon.send_signal(signal.SIGINT)
        daemon.communicate(timeout=30)


def test_a_password_is_in_no_log(server: Settings, tmp_path: Path) -> None:
    """Not even where the server refuses it."""
    settings = settings_of(tmp_path / "state", 23100)
    shutil.copytree(server.path("data", "postgres"), settings.path("data", "postgres"))
    postgres.own_all(settings.path("data", "postgres", "pgdata"))
    with pytest.raises(UserError, match=r"PostgreSQL refused its files: .*postgres-init\.log"):
        postgres.set_superuser_password(settings, "it's hidden' no statement")
        settings.path("data", "postgres", "pgdata", "PG_VERSION").write_text("9\n")
        postgres.set_superuser_password(settings, "hidden")
    assert "hidden" not in settings.path("log", "postgres-init.log").read_text()


def test_a_secret_kept_by_hand_is_known_again(
    server: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then nothing stays unreadable, and nobody is warned."""
    backup(server, str(tmp_path / "kept"), False)
    other = settings_of(tmp_path / "state", 23100)
    other.path("secrets", "pseudonyms").write_text(server.secret("pseudonyms"))
    restore(other, str(tmp_path / "kept"))
    assert "unreadable" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["data/kafka/meta.properties", "replays/aa.json", "out/report.html"])
def test_a_platform_that_holds_something_is_not_written_over(platform: Settings, name: str, tmp_path: Path) -> None:
    """Not even a finished file, by which a replay would be skipped."""
    place, other = tmp_path / "kept", settings_of(tmp_path / "other", 23100)
    backup(platform, str(place), False)
    write(other.path(name), "mine")
    before = files(other.path(name.split("/")[0]))
    with pytest.raises(UserError, match=rf"{other.path(name.split('/')[0])} is there; .*make reset"):
        restore(other, str(place))
    assert files(other.path(name.split("/")[0])) == before


def test_a_damaged_backup_changes_nothing(platform: Settings, tmp_path: Path) -> None:
    """Its last archive is looked at before its first is unpacked."""
    place, other = tmp_path / "kept", settings_of(tmp_path / "other", 23100)
    backup(platform, str(place), True)
    whole = (place / "secrets.tar.zst").read_bytes()
    (place / "secrets.tar.zst").write_bytes(whole[:-1] + b"!")
    before = files(other.path("secrets"))
    with pytest.raises(UserError, match=r"secrets\.tar\.zst is damaged"):
        restore(other, str(place))
    assert not home.strangers(other.state_dir, ("secrets", "run", "conf", home.PLATFORM_MARK, home.IGNORED))
    assert files(other.path("secrets")) == before


@pytest.mark.parametrize("step", ["unpack_all", "prepare_server"])
def test_a_restore_that_is_cut_off_leaves_the_platform_empty(
    platform: Settings, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a signal, which the command takes for Ctrl-C; the next one begins again."""
    place, other = tmp_path / "kept", settings_of(tmp_path / "other", 23100)
    backup(platform, str(place), True)

    def cut_off(*_: object) -> None:
        write(other.path(".restoring", "data", "kafka", "0.log"), "half")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(opposite, step, cut_off)
    before = files(other.path("secrets"))
    with pytest.raises(KeyboardInterrupt):
        restore(other, str(place))
    assert not home.strangers(other.state_dir, ("secrets", "run", "conf", home.PLATFORM_MARK, home.IGNORED))
    assert files(other.path("secrets")) == before
