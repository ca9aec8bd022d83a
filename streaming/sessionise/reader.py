"""Logs read to the requests of visits, with what else is in them counted and named."""

import time
from collections.abc import Iterator

from streaming.progress import say
from streaming.reading import cells
from streaming.sessionise import logs
from streaming.sessionise.lines import Lines, UnreadableError
from streaming.sessionise.output import Output, fault
from streaming.sessionise.rules import Rules, Step
from streaming.sessionise.visits import Span

# The clock of a server may be ahead by so much, as everywhere.
SECONDS_AHEAD = 300
LINES_BETWEEN_LOOKS, SECONDS_BETWEEN_REPORTS = 10_000, 5.0


class Reader:
    """Reads logs, and knows how many lines they had and from when to when they are."""

    def __init__(self, rules: Rules, unread: Output) -> None:
        """Take what counts, and where lines that cannot be read are named."""
        self.rules, self.unread = rules, unread
        self.lines = 0
        self.times: list[int] = []
        self.began = self.reported = time.monotonic()

    def steps(self, log: logs.Log) -> Iterator[Step]:
        """Yield the requests of a log that belong to visits.

        Raises:
            UserError: the log cannot be read to its end.
        """
        reader = Lines(int(time.time()) + SECONDS_AHEAD)
        oldest, newest = 1 << 62, -1 << 62
        for number, raw, reason in logs.lines(log):
            self.lines += 1
            if self.lines % LINES_BETWEEN_LOOKS == 0:
                self.report()
            try:
                request = reader.request(raw, reason)
                step = self.rules.step(request)
            except (UnreadableError, cells.UnreadableError) as error:
                self.unread.add([fault(log.path, number, str(error))])
                continue
            oldest, newest = min(oldest, request.at), max(newest, request.at)
            if step is not None:
                yield step
        if oldest <= newest:
            self.times += [oldest, newest]

    def span(self, pause: int) -> Span:
        """Return from when to when the logs are: of whatever request, a robot's too."""
        return Span(min(self.times, default=0), max(self.times, default=0), pause)

    def report(self) -> None:
        """Say now and then how far it is."""
        now = time.monotonic()
        if now - self.reported > SECONDS_BETWEEN_REPORTS:
            self.reported = now
            say(f"sessionise: {self.lines:,} lines read, {self.lines / (now - self.began):,.0f}/s")
