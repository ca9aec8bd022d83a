"""What every test run says at its end: how long each file took."""

from collections import defaultdict

import pytest

LEAST_SECONDS = 1.0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seconds of each test file, set-up and tear-down included, the slowest first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    terminalreporter.section("seconds by file")
    for name, of_file in sorted(seconds.items(), key=lambda item: -item[1]):
        if of_file >= LEAST_SECONDS:
            terminalreporter.line(f"{of_file:8.1f}  {name}")
    terminalreporter.line(f"{sum(seconds.values()):8.1f}  all {len(seconds)} files")
