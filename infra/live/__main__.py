"""Show all of it at work: a made-up shop's events at a rate, Flume, the stream, the monitor and the page, until Ctrl-C.

The shop writes its visits to a log, which Flume sends to Kafka. Ctrl-C ends the simulator first, waits until Flume has
sent the log, and stream and monitor have taken what is in Kafka, then ends the monitor, the stream and the page.
A second Ctrl-C does not wait; what was not taken stays in Kafka.
"""

import importlib.util
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from common import home, locks, monitor_state
from common.cli import Parser, whole
from common.errors import UserError, entry_point
from common.settings import Settings, read_settings
from common.shutdown import Stop, listening
from infra.live import taken
from infra.live.children import Child
from infra.live.screen import Screen, block, utc_now
from infra.local.flume import state as flume
from infra.local.up import up

SECONDS_BETWEEN_LOOKS = 0.2
# The simulator waits for the monitor's first words, but not longer.
SECONDS_TO_BEGIN = 90.0
# A monitor that is ended while it begins has its first batches still before it.
SECONDS_TO_TAKE = 90.0
# An agent that was killed meanwhile is started again, and reads its channel first.
SECONDS_TO_SEND = 60.0
JOBS = ("simulate", "ingest", "monitor")


def main(argv: Sequence[str] | None = None) -> None:
    """Start all of it, show how it goes, and end it in order."""
    parser = Parser(prog="python -m infra.live", description=__doc__)
    parser.add_argument("--rate", type=whole(1, 100_000), default=50, help="events a second; default: 50")
    arguments = parser.parse_args(argv)
    settings = read_settings()
    home.claim(settings)
    require_free(settings)
    up(settings, ("flume",))
    live = Live(settings, children(settings, arguments.rate))
    live.until_stopped()
    raise KeyboardInterrupt


def require_free(settings: Settings) -> None:
    """Refuse while one of the programs runs already.

    Raises:
        UserError: the text names it.
    """
    for job in JOBS:
        if holder := locks.holder(settings, job):
            raise UserError(f"{job} runs already (process {holder}); stop it, since `make live` starts its own")


def children(settings: Settings, rate: int) -> list[Child]:
    """Return the programs in the order in which they start, the simulator last."""
    commands = {"stream": ("streaming.ingest", "--continuous"), "monitor": ("streaming.monitor",)}
    if importlib.util.find_spec("reports.dashboard"):
        commands["page"] = ("reports.dashboard",)
    logs = str(settings.flume_logs / "visits")
    commands["simulator"] = ("streaming.simulate", "--rate", str(rate), "--logs", logs)
    return [
        Child(name, (sys.executable, "-m", *words), settings.path("log", "live", f"{name}.log"))
        for name, words in commands.items()
    ]


@dataclass
class Live:
    """The programs at work.

    Args:
        programs: in the order in which they start; the last waits until the monitor looks on.
    """

    settings: Settings
    programs: Sequence[Child]
    screen: Screen = field(default_factory=Screen)
    began: datetime = field(default_factory=utc_now)

    def until_stopped(self) -> None:
        """Run the programs until a stop is asked for.

        Raises:
            UserError: a program has ended by itself; the others have been ended in order.
        """
        with listening() as stop:
            # The end of the terminal is one, too.
            signal.signal(signal.SIGHUP, stop.request)
            try:
                dead = self.look_on(stop)
            finally:
                self.end_in_order()
        if dead is not None:
            raise UserError(
                f"{dead.name} ended by itself (exit status {dead.status}): {dead.last_line()}; its log is {dead.log};"
                " the others were ended in order. Mend that, then `make live` again"
            )

    def look_on(self, stop: Stop) -> Child | None:
        """Start the programs and show how it goes until a stop is asked for; return the one that ended by itself."""
        *others, simulator = self.programs
        for child in others:
            child.start()
        deadline = time.monotonic() + SECONDS_TO_BEGIN
        while not stop.requested:
            state = self.state()
            if simulator.process is None and (state or time.monotonic() > deadline):
                simulator.start()
            if (dead := next((one for one in self.programs if one.status is not None), None)) is not None:
                return dead
            self.screen.show(block(state, simulator.last_line(), flume.line(self.settings), self.address, utc_now()))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return None

    def state(self) -> dict | None:
        """Return what the monitor has said since all this began."""
        state = monitor_state.read(self.settings)
        return state if state and datetime.fromisoformat(state["at"]) > self.began else None

    def end_in_order(self) -> None:
        """End the simulator; let Flume send, and the others take; end the monitor, the stream, the page."""
        by_name = {child.name: child for child in self.programs}
        try:
            with listening() as stop:
                # So that the next Ctrl-C is obeyed at once.
                stop.requested = True
                self.end(by_name["simulator"])
                self.let_send(by_name["simulator"])
                self.let_take([by_name[name] for name in ("stream", "monitor")])
                for name in ("monitor", "stream", "page"):
                    if name in by_name:
                        self.end(by_name[name])
        except KeyboardInterrupt:
            for child in self.programs:
                child.ask_to_end()
            for child in self.programs:
                child.end()
            self.screen.say("ended at once; what was not taken stays in Kafka, and is taken by whoever runs next")

    def end(self, child: Child) -> None:
        """End a program and show its last words."""
        if child.process is not None:
            child.end()
            self.screen.say(f"{child.name:<10} ended: {child.last_line()}")

    def let_send(self, simulator: Child) -> None:
        """Wait until Kafka has all that the simulator has written to its log, where it ran."""
        since, deadline = utc_now(), time.monotonic() + SECONDS_TO_SEND
        while simulator.process is not None and not flume.has_delivered(self.settings, since):
            if time.monotonic() > deadline:
                self.screen.say("Flume has not sent all of the log; it stays there, and Flume goes on")
                return
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def let_take(self, takers: Sequence[Child]) -> None:
        """Wait until those who read have taken what is in Kafka, where they run."""
        since, deadline = utc_now(), time.monotonic() + SECONDS_TO_TAKE
        if any(one.process is None or one.status is not None for one in takers):
            return
        self.screen.say("stream and monitor take what is in Kafka (Ctrl-C again does not wait)")
        while left := taken.left(self.settings, since):
            if time.monotonic() > deadline or any(one.status is not None for one in takers):
                self.screen.say(f"not all is taken ({', '.join(left)}); it stays in Kafka for the next start")
                return
            time.sleep(SECONDS_BETWEEN_LOOKS)

    @property
    def address(self) -> str:
        """Return where the page is, or that there is none."""
        has_page = any(child.name == "page" for child in self.programs)
        return f"page: http://{self.settings.host}:{self.settings.port('dashboard')}/" if has_page else "page: none"


if __name__ == "__main__":
    entry_point(main)()
