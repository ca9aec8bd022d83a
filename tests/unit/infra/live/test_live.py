"""The order in which `make live` ends its programs, whatever ends it."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from common import home, locks
from common.errors import UserError
from common.settings import Settings, read_settings
from infra.live.__main__ import Live, children, require_free
from infra.live.children import Child

PROGRAM = """
import signal, sys, time
log = open(sys.argv[1], "a", buffering=1)
def end(*_):
    log.write(f"{sys.argv[2]} ended\\n")
    sys.exit(0)
signal.signal(signal.SIGINT, end)
log.write(f"{sys.argv[2]} began\\n")
print("at work")
time.sleep(60)
"""
DYING = """
import pathlib, sys, time
diary = pathlib.Path(sys.argv[1])
while not diary.exists() or not {"stream began", "page began"} <= set(diary.read_text().splitlines()):
    time.sleep(0.02)
print("error: no memory")
sys.exit(3)
"""
NAMES = ("stream", "monitor", "page", "simulator")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    own = read_settings({"STATE_DIR": str(tmp_path / "state")}, tmp_path / "none")
    home.claim(own)
    return own


def live(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    left: Callable[[], list[str]] = list,
    sends: Callable[[], bool] = lambda: True,
) -> Live:
    """Return programs that write down when they begin and end; the simulator begins at once."""
    monkeypatch.setattr("infra.live.__main__.SECONDS_TO_BEGIN", 0.5)
    monkeypatch.setattr("infra.live.taken.left", lambda *_: left())
    monkeypatch.setattr("infra.local.flume.state.has_delivered", lambda *_: sends())
    words = {name: (sys.executable, "-c", PROGRAM, str(diary(settings)), name) for name in NAMES}
    return Live(settings, [Child(name, words[name], settings.path("log", f"{name}.log")) for name in NAMES])


def diary(settings: Settings) -> Path:
    return settings.path("diary")


def entries(settings: Settings, word: str) -> list[str]:
    path = diary(settings)
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.split()[0] for line in lines if line.endswith(word)]


def interrupt_once(settings: Settings, condition: Callable[[], object]) -> None:
    """Send this process what Ctrl-C sends, as soon as a condition holds; in a thread of its own."""

    def wait() -> None:
        deadline = time.monotonic() + 20
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


def all_began(settings: Settings) -> bool:
    return len(entries(settings, "began")) == len(NAMES)


def test_ctrl_c_ends_the_simulator_first_and_the_page_last(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([["stream", "speed"], ["speed"], []])
    one = live(settings, monkeypatch, lambda: next(answers))
    interrupt_once(settings, lambda: all_began(settings))
    one.until_stopped()
    assert entries(settings, "began")[-1] == "simulator"
    assert entries(settings, "ended") == ["simulator", "monitor", "stream", "page"]
    assert next(answers, None) is None, "it did not wait until all was taken"
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if " ended: " in line] == [
        *("simulator", "monitor", "stream", "page")
    ]


def test_what_is_in_the_log_is_sent_before_anybody_is_asked_whether_all_is_taken(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([False, False, True])
    asked: list[bool] = []

    def left() -> list[str]:
        asked.append(next(looks, None) is None)
        return []

    one = live(settings, monkeypatch, left, lambda: next(looks))
    interrupt_once(settings, lambda: all_began(settings))
    one.until_stopped()
    assert asked == [True]


def test_a_flume_that_does_not_send_is_not_waited_for_for_ever(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.live.__main__.SECONDS_TO_SEND", 0.3)
    one = live(settings, monkeypatch, sends=lambda: False)
    interrupt_once(settings, lambda: all_began(settings))
    one.until_stopped()
    assert "Flume has not sent all of the log" in capsys.readouterr().out
    assert entries(settings, "ended") == ["simulator", "monitor", "stream", "page"]


def test_a_second_ctrl_c_does_not_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = live(settings, monkeypatch, lambda: ["speed"])
    interrupt_once(settings, lambda: all_began(settings))
    interrupt_once(settings, lambda: entries(settings, "ended") == ["simulator"])
    one.until_stopped()
    assert set(entries(settings, "ended")) == set(NAMES)
    assert "ended at once; what was not taken stays in Kafka" in capsys.readouterr().out


def test_one_that_dies_is_told_by_its_last_words_and_the_rest_ends_in_order(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = live(settings, monkeypatch, lambda: ["stream"])
    one.programs[1].command = (sys.executable, "-c", DYING, str(diary(settings)))
    with pytest.raises(UserError, match=r"^monitor ended by itself \(exit status 3\): error: no memory; its log is "):
        one.until_stopped()
    assert entries(settings, "ended") in (["stream", "page"], ["simulator", "stream", "page"])


def test_who_takes_no_more_is_not_waited_for_for_ever(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.live.__main__.SECONDS_TO_TAKE", 0.3)
    one = live(settings, monkeypatch, lambda: ["speed"])
    interrupt_once(settings, lambda: all_began(settings))
    one.until_stopped()
    assert "not all is taken (speed)" in capsys.readouterr().out


def test_a_program_that_runs_already_is_named(settings: Settings) -> None:
    require_free(settings)
    with locks.hold(settings, "ingest", "stream"), pytest.raises(UserError, match=r"^ingest runs already \(process"):
        require_free(settings)


def test_the_simulator_is_the_last_to_start_and_has_the_rate(settings: Settings) -> None:
    programs = children(settings, 25)
    assert [child.name for child in programs][:2] == ["stream", "monitor"]
    logs = str(settings.path("flume", "logs", "visits"))
    assert programs[-1].command[1:] == ("-m", "streaming.simulate", "--rate", "25", "--logs", logs)
    assert programs[-1].log == settings.path("log", "live", "simulator.log")
