"""What Ctrl-C in the middle of a call into the JVM leaves on the screen."""

import logging

import pytest

from common.session import is_no_broken_call


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
