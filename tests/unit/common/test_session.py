"""What Ctrl-C in the middle of a call into the JVM, and a failure of the engine, leave on the screen."""

import logging
from pathlib import Path

import pytest
from py4j.protocol import Py4JError

from common.errors import UserError
from common.session import is_no_broken_call, telling_failures
from common.settings import read_settings


def test_a_call_that_was_cut_off_is_not_told_with_all_its_calls(caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    root.addFilter(is_no_broken_call)
    try:
        logging.exception("KeyboardInterrupt while sending command.")
        logging.exception("Exception while sending command.")
        logging.warning("anything else")
    finally:
        root.removeFilter(is_no_broken_call)
    assert caplog.messages == ["anything else"]


def test_a_failure_of_the_engine_is_one_line_and_whole_in_a_log(tmp_path: Path) -> None:
    settings = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none")
    message = r"^models failed: no space left \(all of it: .*models\.failure\.log\)"
    with pytest.raises(UserError, match=message) as caught, telling_failures(settings, "models"):
        raise Py4JError("no space left\n\tat java.io.FileOutputStream")
    assert "\n" not in str(caught.value)
    assert "FileOutputStream" in settings.path("log", "jobs", "models.failure.log").read_text()
