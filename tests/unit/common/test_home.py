"""The folder of a platform: nothing is written to, and nothing deleted from, a folder that is somebody else's."""

from pathlib import Path

import pytest

from common import home, locks
from common.errors import UsageError, UserError
from common.settings import ROOT, Settings, read_settings
from infra.local import reset
from infra.local.__main__ import main


def platform(folder: Path | str) -> Settings:
    return read_settings({"STATE_DIR": str(folder), "PORT_BASE": "23000"}, Path("/nowhere"))


def keep(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def files(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}


def test_a_new_folder_is_marked_and_kept_from_git(tmp_path: Path) -> None:
    settings = platform(tmp_path / "new" / "state")
    assert not home.is_there(settings)
    home.claim(settings)
    home.claim(settings)
    assert home.is_there(settings)
    assert settings.path(".gitignore").read_text() == "*\n"


def test_somebody_elses_folder_is_refused_untouched(tmp_path: Path) -> None:
    keep(tmp_path, "data/thesis.txt", "out/photos.txt")
    with pytest.raises(UsageError, match=r"STATE_DIR=.* holds data, out, which no platform has made"):
        home.claim(platform(tmp_path))
    with pytest.raises(UsageError, match="there is no platform in"):
        reset.reset(platform(tmp_path), yes=True)
    assert files(tmp_path) == {"data/thesis.txt", "out/photos.txt"}


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("/", "is the folder of this project, or one around it"),
        (".", "is the folder of this project, or one around it"),
        (Path.home(), "own folder|one around it"),
        (ROOT / "Makefile", "is a file"),
        (ROOT / "docs", "holds .*, which no platform has made"),
    ],
)
def test_a_folder_that_cannot_be_a_platforms_is_refused(folder: Path | str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        home.claim(platform(folder))


def test_a_platform_inside_another_is_refused(tmp_path: Path) -> None:
    home.claim(platform(tmp_path / "outer"))
    inner = platform(tmp_path / "outer" / "data" / "inner")
    with pytest.raises(UsageError, match=f"is inside the platform in {tmp_path}/outer"):
        home.claim(inner)
    assert not inner.state_dir.exists()


def test_a_platform_of_an_earlier_version_gets_its_mark(tmp_path: Path) -> None:
    keep(tmp_path, *home.TELLING, "data/kafka/log", "out/report.html")
    assert home.is_there(platform(tmp_path))
    home.claim(platform(tmp_path))
    assert (tmp_path / home.PLATFORM_MARK).is_file()


@pytest.mark.parametrize("foreign", ["data/thesis.txt", "out/photos.txt", "notes.txt"])
def test_what_an_earlier_set_up_wrote_to_a_persons_folder_makes_it_no_platform(tmp_path: Path, foreign: str) -> None:
    keep(tmp_path, *home.TELLING, foreign)
    with pytest.raises(UsageError):
        reset.reset(platform(tmp_path), yes=True)
    assert (tmp_path / foreign).is_file()


def test_reset_deletes_what_the_platform_made_and_its_mark(tmp_path: Path) -> None:
    settings = platform(tmp_path / "state")
    home.claim(settings)
    keep(settings.state_dir, "data/kafka/log", "secrets/reporter", "dbt/manifest.json")
    reset.reset(settings, yes=True)
    assert not settings.state_dir.exists()
    home.claim(settings)
    keep(settings.state_dir, "mine.txt")
    reset.reset(settings, yes=True)
    assert files(settings.state_dir) == {"mine.txt", home.PLATFORM_MARK, home.IGNORED}
    home.claim(settings)


@pytest.mark.parametrize("name", ["my shop", "Müller", "a,b", "a'b", "50%", "a#b", "a:b"])
def test_a_path_in_which_no_daemon_starts_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"has ['\"].['\"] in its path.*set STATE_DIR"):
        home.claim(platform(tmp_path / name / "state"))
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("job", locks.JOBS)
def test_reset_is_refused_while_a_job_runs(tmp_path: Path, job: str) -> None:
    settings = platform(tmp_path / "state")
    home.claim(settings)
    keep(settings.state_dir, "data/kafka/log")
    with locks.hold(settings, job), pytest.raises(UserError, match=rf"{job} runs already \(process \d+"):
        reset.reset(settings, yes=True)
    assert settings.path("data", "kafka", "log").is_file()


@pytest.mark.parametrize("command", ["status", "down", "logs kafka", "backup {kept}"])
def test_what_looks_makes_no_platform(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "mistyped"))
    with pytest.raises(SystemExit) as end:
        main(command.format(kept=tmp_path / "kept").split())
    message = capsys.readouterr().err
    assert (end.value.code, message.count("\n")) == (2, 1)
    assert "there is no platform in" in message
    assert not (tmp_path / "mistyped").exists()


def test_a_job_makes_no_platform_either(tmp_path: Path) -> None:
    settings = platform(tmp_path / "mistyped")
    with pytest.raises(UsageError, match="there is no platform in"), locks.hold(settings, "replay"):
        pass
    assert not settings.state_dir.exists()
