"""How far a job has come, in lines for the person who waits."""

import sys


def report(what: str, count: int, total: int | None, seconds: float) -> None:
    """Say on standard error how far it has come."""
    rate = count / seconds if seconds > 0 else 0.0
    of_total = "" if total is None else f" of {total:,}"
    print(f"{what}: {count:,}{of_total} acknowledged, {rate:,.0f}/s", file=sys.stderr, flush=True)


def say(line: str) -> None:
    """Say a line on standard error."""
    print(line, file=sys.stderr, flush=True)
