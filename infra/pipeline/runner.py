"""Running one step: everything that it says goes to a log."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from common import locks
from common.settings import Settings
from infra.pipeline.steps import Step

TAIL = 15
JAVA_STACK = re.compile(r"\s+(at [\w.$/]+[(]|[.]{3} \d+ (more|common frames))|\s*Caused by: ")


def environment(settings: Settings, step: Step) -> dict[str, str]:
    """Return the environment of a step: dbt's profiles and state are those of this platform."""
    variables = {
        "DBT_PROFILES_DIR": str(settings.path("conf", "dbt")),
        "DBT_TARGET_PATH": str(settings.dbt_target / step.parsed_in),
        "DBT_LOG_PATH": str(settings.path("log", "dbt")),
        "SPARK_CONF_DIR": str(settings.path("conf", "spark")),
        "PYTHONUNBUFFERED": "1",
        locks.WITHIN: "1",
    }
    return {**os.environ, **variables}


def run_one(
    settings: Settings,
    step: Step,
    log: Path,
    *,
    verbose: bool,
    began: Callable[[subprocess.Popen[str]], None] = lambda _: None,
) -> tuple[int, list[str]]:
    """Run one step into its log and return its exit status and the lines of its standard output.

    Args:
        began: is told the process, so that another thread can stop it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    output: list[str] = []
    with log.open("w") as file:
        file.write(f"$ {' '.join(step.command)}\n")
        file.flush()
        process = subprocess.Popen(
            step.command,
            cwd=step.folder,
            env=environment(settings, step),
            stdout=subprocess.PIPE,
            stderr=None if verbose else file,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        began(process)
        try:
            follow(process, file, output, verbose=verbose)
        except KeyboardInterrupt:
            stop([process])
            raise
    return process.wait(), output


def follow(process: subprocess.Popen[str], log: IO[str], output: list[str], *, verbose: bool) -> None:
    """Copy what a process prints to its log, to `output` and, if wanted, to the screen."""
    for line in process.stdout or ():
        output.append(line)
        log.write(line)
        log.flush()
        if verbose:
            print(line, end="", flush=True)


def stop(processes: Sequence[subprocess.Popen[str]]) -> None:
    """Let interrupted steps finish what they are committing; the terminal's Ctrl-C may have reached them already."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for process in processes:
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()


def tail(log: Path) -> list[str]:
    """Return the last lines of a log that a person reads."""
    return [*readable(log.read_text(errors="replace").splitlines(keepends=True))][-TAIL:]


def readable(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines that a person reads: where in Java an error was thrown, dbt tells in two hundred more."""
    return (line for line in lines if not JAVA_STACK.match(line))


def relative(path: Path) -> Path:
    """Return a path as seen from the working folder, where it lies below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def direct(settings: Settings, step: Step) -> int:
    """Run one step as the user would by hand, and return its exit status."""
    process = subprocess.Popen(
        step.command, cwd=step.folder, env=environment(settings, step), stdout=subprocess.PIPE, text=True
    )
    try:
        for line in readable(process.stdout or ()):
            print(line, end="", flush=True)
    except KeyboardInterrupt:
        stop([process])
        raise
    return process.wait()
