"""What every test run says at its end: how long each file took."""

from collections import Counter

import pytest

LEAST_SECONDS = 1.0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seconds of each test file, set-up and tear-down included, the slowest first."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    terminalreporter.section("seconds by file")
    for name, took in seconds.most_common():
        if took >= LEAST_SECONDS:
            terminalreporter.line(f"{took:8.1f}  {name}")
    terminalreporter.line(f"{seconds.total():8.1f}  all {len(seconds)} files")
