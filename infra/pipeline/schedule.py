"""Running the steps of a job, each as soon as those that it waits for have ended; one line each on the screen."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from common.errors import UserError
from common.settings import Settings
from infra.local.service import NotReadyError
from infra.pipeline.runner import relative, run_one, stop, tail
from infra.pipeline.steps import Step

SECONDS_BETWEEN_PROBES = 0.2
# To the beginning of the terminal's line, and all of it away.
CLEAR = "\r\033[K"


@dataclass(frozen=True)
class Outcome:
    """How a step ended; without a status it never began."""

    status: int | None
    output: Sequence[str]
    seconds: float


@dataclass
class Schedule:
    """The steps of one run: what each waits for, what runs, what has ended, and what failed without ending the run."""

    settings: Settings
    steps: Sequence[Step]
    verbose: bool
    running: dict[Future[Outcome], Step] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    fatal: str = ""
    given_up: threading.Event = field(default_factory=threading.Event)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self) -> None:
        """Run all steps that can run.

        Raises:
            KeyboardInterrupt: Ctrl-C; what ran has been stopped.
        """
        wanted = waits(self.steps)
        waiting = list(self.steps)
        with ThreadPoolExecutor(len(self.steps)) as pool:
            try:
                while True:
                    for step in [one for one in waiting if wanted[one.name] <= self.ended and not self.fatal]:
                        waiting.remove(step)
                        self.running[pool.submit(self.work, step)] = step
                    if not self.running:
                        return
                    self.show()
                    for future in wait(self.running, return_when=FIRST_COMPLETED).done:
                        self.end(self.running.pop(future), future.result())
            except BaseException:
                self.given_up.set()
                stop(self.processes)
                raise

    def work(self, step: Step) -> Outcome:
        """Run one step once it can begin; called in a thread of its own."""
        while not self.given_up.is_set():
            try:
                if step.probe:
                    step.probe(self.settings)
                break
            except NotReadyError:
                self.given_up.wait(SECONDS_BETWEEN_PROBES)
        if self.given_up.is_set():
            return Outcome(None, (), 0.0)
        began = time.monotonic()
        log = log_of(self.settings, step)
        status, output = run_one(self.settings, step, log, verbose=self.verbose, began=self.processes.append)
        return Outcome(status, output, time.monotonic() - began)

    def end(self, step: Step, outcome: Outcome) -> None:
        """Say how a step ended, and let those go on that wait for it."""
        width = max(len(one.name) for one in self.steps)
        clear = CLEAR if self.shows else ""
        if outcome.status == 0:
            print(f"{clear}✓ {step.name:<{width}} {outcome.seconds:6.1f} s  {step.summary(outcome.output)}", flush=True)
            self.ended.add(step.name)
        elif outcome.status is not None:
            log = log_of(self.settings, step)
            print(f"{clear}✗ {step.name:<{width}} {outcome.seconds:6.1f} s", flush=True)
            if not self.verbose:
                print("".join(f"    {line}" for line in tail(log)), file=sys.stderr, end="", flush=True)
            text = f"{step.name} failed with exit status {outcome.status}; its log is {relative(log)}"
            if step.ends_run:
                self.fatal = self.fatal or text
                self.given_up.set()
            else:
                self.failed.append(text)
                self.ended.add(step.name)

    def show(self) -> None:
        """Name what runs, on a terminal."""
        if self.shows:
            print(f"{CLEAR}… {', '.join(step.name for step in self.running.values())}", end="", flush=True)

    @property
    def shows(self) -> bool:
        """Return whether a line can be written over."""
        return sys.stdout.isatty() and not self.verbose


def run_all(settings: Settings, steps: Sequence[Step], *, verbose: bool = False) -> list[str]:
    """Run steps, and return what failed of those that do not end the run, each with its log.

    Raises:
        UserError: a step that ends the run failed; those that ran beside it have ended, and the text names its log.
    """
    schedule = Schedule(settings, steps, verbose)
    schedule.run()
    if schedule.fatal:
        raise UserError(schedule.fatal)
    return schedule.failed


def waits(steps: Sequence[Step]) -> dict[str, frozenset[str]]:
    """Return what each step, by name, waits for: what it says, or the step before it."""
    names = {step.name for step in steps}
    awaited = {}
    for place, step in enumerate(steps):
        before = (steps[place - 1].name,) if place else ()
        wanted = frozenset(before if step.after is None else step.after)
        if not wanted <= names:
            raise ValueError(f"{step.name} waits for {', '.join(wanted - names)}, which is no step of this run")
        awaited[step.name] = wanted
    return awaited


def log_of(settings: Settings, step: Step) -> Path:
    """Return where a step's log lies."""
    return settings.path("log", "jobs", re.sub(r"\W+", "-", step.name) + ".log")
