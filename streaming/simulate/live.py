"""Live mode: the shop goes on where its history ended, at a rate, and what happens happens now.

The rate decides how fast the shop lives, so its days pass faster or slower than the wall clock's; each event's time is
the instant it is due to be sent. An event that arrives late by so long in the shop's time is stamped so long before.
"""

import sys
import time
from collections.abc import Iterator

import numpy as np

from common.kafka_errors import reaching
from common.settings import Settings
from common.shutdown import listening
from streaming.producer import Message, Outbox
from streaming.progress import report
from streaming.simulate.calendar import DAY_MS, Ints
from streaming.simulate.draft import Draft
from streaming.simulate.logs import VisitLog
from streaming.simulate.shop import Shop

VISITS = "visits"
TICK_SECONDS = 0.05
SECONDS_BETWEEN_LINES = 5.0


def run(settings: Settings, shop: Shop, rate: float, seconds: float | None, visits: VisitLog | None = None) -> Outbox:
    """Send at a rate until the time is over or a stop is requested, and return the outbox with its counts.

    Args:
        visits: where visits go instead of Kafka.
    """
    skip_history(shop)
    with reaching(settings), listening() as stop:
        box = Outbox(settings, stop)
        pace = Pace(rate, time.time())
        shop.render.tag = f"-{int(pace.began):x}"
        stream = messages(shop, pace)
        display = Display(pace, box, visits)
        try:
            with box:
                while not stop.requested and (seconds is None or time.time() - pace.began < seconds):
                    for _ in range(pace.due(time.time()) - box.added - (visits.lines if visits else 0)):
                        hand_over(next(stream), box, visits)
                    box.push()
                    if visits:
                        visits.flush()
                    box.settle()
                    display.show()
                    time.sleep(TICK_SECONDS)
        finally:
            display.end()
            report("simulate", box.acknowledged.total(), None, time.time() - pace.began)
    shop.note_customers()
    return box


def hand_over(message: Message, box: Outbox, visits: VisitLog | None) -> None:
    """Send a message, or write it to the log where it is a visit and there is one."""
    if visits and message.topic == VISITS:
        visits.add(message.value)
    else:
        box.add(*message)


def skip_history(shop: Shop) -> None:
    """Let the shop's time go by up to the end of its history; what happens after it stays due."""
    while shop.day < shop.options.days:
        shop.slice()
    end = shop.options.days * DAY_MS
    shop.pending = [draft for draft in shop.pending if draft.at >= end]


class Pace:
    """A number of events a second from an instant on."""

    def __init__(self, rate: float, began: float) -> None:
        """Take the rate and the instant, in seconds since 1970."""
        self.rate = rate
        self.began = began

    def due(self, now: float) -> int:
        """Return how many events are due by now."""
        return int((now - self.began) * self.rate)

    def instants(self, first: int, count: int) -> Ints:
        """Return when events are due, in milliseconds since 1970."""
        return ((self.began + np.arange(first, first + count) / self.rate) * 1000).astype(np.int64)


def messages(shop: Shop, pace: Pace) -> Iterator[Message]:
    """Yield the events without end, each stamped with the instant that it is due."""
    first = 0
    while True:
        if shop.day % shop.options.days == 0:
            shop.renew()
        drafts = shop.slice()
        if drafts:
            due = pace.instants(first, len(drafts))
            yield from shop.messages(drafts, stamps(drafts, due))
            first += len(drafts)


def stamps(drafts: list[Draft], due: Ints) -> Ints:
    """Return when events happened: when they are due, less what they are late; a duplicate has its original's time."""
    arrives = np.array([draft.arrives for draft in drafts], float)
    at = np.array([draft.at for draft in drafts], float)
    before = np.minimum(0.0, at - arrives[0])
    return (np.interp(at, arrives, due) + before).astype(np.int64)


class Display:
    """One line on standard error that shows how it goes; on a terminal it is overwritten."""

    def __init__(self, pace: Pace, box: Outbox, visits: VisitLog | None = None) -> None:
        """Take what is shown."""
        self.pace, self.box, self.visits = pace, box, visits
        self.terminal = sys.stderr.isatty()
        self.shown, self.count_shown = pace.began, 0

    def show(self) -> None:
        """Show the line where it is time to."""
        now, logged = time.time(), self.visits.lines if self.visits else 0
        count = self.box.acknowledged.total() + logged
        if now - self.shown < (1.0 if self.terminal else SECONDS_BETWEEN_LINES):
            return
        rate = (count - self.count_shown) / (now - self.shown)
        lag = (self.pace.due(now) - count) / self.pace.rate
        topics = " ".join(f"{topic} {number:,}" for topic, number in sorted(self.box.acknowledged.items()))
        topics += f" visits {logged:,} (logged)" if self.visits else ""
        speed = f"{rate:,.0f} of {self.pace.rate:,.0f} events/s, lag {max(0.0, lag):.1f} s"
        line = f"simulate: {speed}, {count:,} sent: {topics}"
        begin, end = ("\r\x1b[K", "") if self.terminal else ("", "\n")
        print(f"{begin}{line}", file=sys.stderr, end=end, flush=True)
        self.shown, self.count_shown = now, count

    def end(self) -> None:
        """Leave the line."""
        if self.terminal:
            print(file=sys.stderr)
