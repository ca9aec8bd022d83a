"""The one kind of error that a user can mend, and how an entry point reports it."""

import functools
import os
import re
import sys
from collections.abc import Callable
from typing import NoReturn

from common.shutdown import hear_ctrl_c, tell_of_ctrl_c

# What py4j puts before a Java error.
PY4J = "An error occurred while calling"
# What it puts around an error of Python that Java called.
OF_PYTHON = "Return Message: Traceback (most recent call last):"
# What Spark puts behind an error of a query: its name, offsets and plan.
OF_QUERY = "=== Streaming Query ==="
PYTHON_ERROR = re.compile(r"^[A-Za-z_][\w.]*: (.+)$", re.MULTILINE)

# Make sets it for what it runs.
BY_MAKE = "MAKELEVEL"


class UserError(Exception):
    """Something the user can mend; its text is one line that says what is wrong and what to do."""

    exit_status = 1


class UsageError(UserError):
    """A wrong argument, a missing file: nothing was begun."""

    exit_status = 2


def first_line(error: Exception) -> str:
    """Return the first line of what an engine says; that a call failed is not said, but why."""
    text = str(error)
    if OF_PYTHON in text and (reasons := PYTHON_ERROR.findall(text.partition(OF_PYTHON)[2].partition(OF_QUERY)[0])):
        return str(reasons[-1])[:300]
    lines = [line.strip().removeprefix(": ") for line in text.splitlines()]
    first = next((line for line in lines if line and not line.startswith(PY4J)), type(error).__name__)
    return first.rpartition("terminated with exception: ")[2][:300]


def entry_point(main: Callable[..., None]) -> Callable[..., NoReturn]:
    """Return `main` as a program: a `UserError` becomes one line and its exit status, Ctrl-C becomes 130."""

    @functools.wraps(main)
    def program(*args: object, **kwargs: object) -> NoReturn:
        hear_ctrl_c()
        try:
            main(*args, **kwargs)
        except UserError as error:
            print(f"error: {as_typed(str(error))}", file=sys.stderr)
            sys.exit(error.exit_status)
        except BrokenPipeError:
            # The reader (`| head`) has enough; what is still buffered goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except KeyboardInterrupt:
            tell_of_ctrl_c()
            print("stopped; run the same command again to go on", file=sys.stderr)
            sys.exit(130)
        sys.exit(0)

    return program


def as_typed(text: str) -> str:
    """Return a text with its options as they were typed: what a program calls `--source x` is make's `SOURCE=x`."""
    if BY_MAKE not in os.environ:
        return text

    def write_option(match: re.Match[str]) -> str:
        return match[1].upper().replace("-", "_") + {"": "=", " ": "="}.get(match[2], match[2])

    # A word behind an option is its value, but for those that go on with the sentence.
    return re.sub(r"--([a-z][a-z-]*)(:| (?!(?:and|or|with|is)\b)|=?)", write_option, text)


def why(error: Exception) -> str:
    """Return the reason in an error's words, in one line; of a file's error without its number and path."""
    return " ".join((getattr(error, "strerror", None) or str(error)).split())


def flag(name: str) -> str:
    """Return how a switch is given: `--force`, or make's `FORCE=1`."""
    return f"{name.upper().replace('-', '_')}=1" if BY_MAKE in os.environ else f"--{name}"


def run_and_leave(program: Callable[..., NoReturn]) -> NoReturn:
    """Run a program and end the process with its exit status, without clearing up.

    Threads of a library that still run would otherwise meet a Python that is half gone, and may abort the process
    although its work is done.
    """
    try:
        program()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 0)
