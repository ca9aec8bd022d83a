"""The commands' own logic: arguments, lock, table of states, questions, findings."""

import socket
from pathlib import Path

import pytest

from common import home
from common.errors import UsageError, UserError
from common.settings import IDENTITIES, Settings, read_settings
from infra.local import doctor, lock, reset, status, supervise
from infra.local.__main__ import arguments, parse
from infra.setup import secrets


def platform(folder: Path, base: int = 23000) -> Settings:
    """Return the settings of a platform that never runs."""
    return read_settings({"STATE_DIR": str(folder), "PORT_BASE": str(base)}, folder / "none")


@pytest.mark.parametrize("text", ["+yarn", "yarn", "yarn,", " +yarn "])
def test_optional_services_are_named_with_or_without_a_plus(text: str) -> None:
    """However a person writes it."""
    assert arguments(parse(["up", "--services", text])) == (["yarn"],)


def test_an_unknown_service_is_refused_by_name() -> None:
    """Nothing has started then."""
    with pytest.raises(UsageError, match=r"storm.*yarn, flume"):
        arguments(parse(["up", "--services", "+yarn,+storm"]))


def test_the_second_command_is_told_who_works(tmp_path: Path) -> None:
    """And once the first has ended, the second may."""
    settings = platform(tmp_path)
    with lock.hold_platform(settings), pytest.raises(UserError, match=r"pid \d+"), lock.hold_platform(settings):
        pass
    with lock.hold_platform(settings):
        pass


@pytest.mark.parametrize(
    ("supervised", "pid", "answers", "optional", "word"),
    [
        ("RUNNING", 7, True, False, "ready"),
        ("RUNNING", 7, False, False, "starting"),
        ("FATAL", 0, False, False, "failed"),
        ("BACKOFF", 0, False, True, "failed"),
        ("STOPPED", 0, False, False, "down"),
        ("STOPPED", 0, False, True, "off"),
    ],
)
def test_a_daemon_has_one_word_for_its_state(
    supervised: str, pid: int, answers: bool, optional: bool, word: str
) -> None:
    """A running process that does not answer is not ready."""
    assert status.state(supervised, pid, answers, optional) == word


def test_columns_are_aligned() -> None:
    """And no line ends in blanks."""
    assert status.table([("A", "B"), ("long", "")]) == "A     B\nlong"


def test_reset_without_a_terminal_needs_yes(tmp_path: Path) -> None:
    """Nothing is deleted by accident; what is not the platform's is never deleted."""
    settings = platform(tmp_path)
    home.claim(settings)
    (tmp_path / "data").mkdir()
    (tmp_path / "mine").write_text("")
    with pytest.raises(UserError, match="YES=1"):
        reset.reset(settings, yes=False)
    assert (tmp_path / "data").is_dir()
    reset.reset(settings, yes=True)
    assert {path.name for path in tmp_path.iterdir()} == {"mine", home.PLATFORM_MARK, home.IGNORED}


def test_a_long_state_folder_gets_a_short_socket(tmp_path: Path) -> None:
    """The kernel takes 107 bytes; two folders never share a socket."""
    short = platform(Path("/srv/state"))
    long = [platform(tmp_path / (letter * 100)) for letter in "ab"]
    assert supervise.socket_path(short) == Path("/srv/state/run/supervisor.sock")
    paths = {supervise.socket_path(settings) for settings in long}
    assert len(paths) == 2
    assert all(len(str(path)) < 100 for path in paths)


def test_doctor_names_the_holder_of_a_port(tmp_path: Path) -> None:
    """And says nothing while the ports are free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = server.getsockname()[1]
        faults = list(doctor.port_faults(platform(tmp_path, base)))
    assert any(f"port {base} (postgres) is held by pid" in text for text in faults)
    assert not [text for text in doctor.port_faults(platform(tmp_path, base)) if f"port {base} " in text]


def test_doctor_sees_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file in its place stands for every reason."""
    (tmp_path / "file").write_text("")
    assert "cannot be written" in next(doctor.disk_faults(platform(tmp_path / "file" / "state")))
    assert not [text for text in doctor.disk_faults(platform(tmp_path)) if "cannot" in text]


def test_missing_passwords_are_generated_and_others_kept(tmp_path: Path) -> None:
    """Each is long, private and its own."""
    settings = platform(tmp_path)
    assert secrets.ensure(settings) == list(IDENTITIES)
    first = {name: settings.secret(name) for name in IDENTITIES}
    assert len(set(first.values())) == len(first)
    assert all(len(word) >= 32 for word in first.values())
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}
    (tmp_path / "secrets" / "monitor").unlink()
    assert secrets.ensure(settings) == ["monitor"]
    assert settings.secret("exporter") == first["exporter"]
