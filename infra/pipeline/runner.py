"""Running steps: one line each on the screen, everything they say in a log."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from infra.pipeline.steps import Step
from spark.common.errors import UserError
from spark.common.settings import Settings

TAIL = 15


def environment(config: Settings) -> dict[str, str]:
    """Return the environment of a step: dbt's profiles and state are those of this platform."""
    given = {
        "DBT_PROFILES_DIR": str(config.path("conf", "dbt")),
        "DBT_TARGET_PATH": str(config.dbt_target),
        "DBT_LOG_PATH": str(config.path("log", "dbt")),
        "SPARK_CONF_DIR": str(config.path("conf", "spark")),
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **given}


def run_all(config: Settings, steps: Sequence[Step], *, verbose: bool = False) -> list[str]:
    """Run steps one after another, and return what failed of those that do not end the run, each with its log.

    Raises:
        UserError: a step that ends the run failed; the text names its log.
    """
    failed = []
    width = max(len(step.name) for step in steps)
    for step in steps:
        started = time.monotonic()
        show = sys.stdout.isatty() and not verbose
        if show:
            print(f"… {step.name}", end="\r", flush=True)
        log = config.path("log", "jobs", re.sub(r"\W+", "-", step.name) + ".log")
        status, output = run_one(config, step, log, verbose=verbose)
        seconds = time.monotonic() - started
        if status:
            print(f"✗ {step.name:<{width}} {seconds:6.1f} s")
            if not verbose:
                print("".join(f"    {line}" for line in tail(log)), file=sys.stderr, end="")
            text = f"{step.name} failed with exit status {status}; its log is {relative(log)}"
            if step.ends_run:
                raise UserError(text)
            failed.append(text)
            continue
        print(f"✓ {step.name:<{width}} {seconds:6.1f} s  {step.summary(output)}", flush=True)
    return failed


def run_one(config: Settings, step: Step, log: Path, *, verbose: bool) -> tuple[int, list[str]]:
    """Run one step into its log and return its exit status and the lines of its standard output."""
    log.parent.mkdir(parents=True, exist_ok=True)
    output: list[str] = []
    with log.open("w") as file:
        file.write(f"$ {' '.join(step.command)}\n")
        file.flush()
        process = subprocess.Popen(
            step.command,
            cwd=step.folder,
            env=environment(config),
            stdout=subprocess.PIPE,
            stderr=None if verbose else file,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        try:
            follow(process, file, output, verbose=verbose)
        except KeyboardInterrupt:
            stop(process)
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


def stop(process: subprocess.Popen[str]) -> None:
    """Let an interrupted step finish what it is committing; the terminal's Ctrl-C may have reached it already."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()


def tail(log: Path) -> list[str]:
    """Return the last lines of a log."""
    return log.read_text(errors="replace").splitlines(keepends=True)[-TAIL:]


def relative(path: Path) -> Path:
    """Return a path as seen from the working folder, where it lies below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def direct(config: Settings, step: Step) -> int:
    """Run one step as the user would by hand, and return its exit status."""
    return subprocess.run(step.command, cwd=step.folder, env=environment(config), check=False).returncode
