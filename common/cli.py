"""The command lines of all programs: a mistake is one line."""

import argparse
import re
from collections.abc import Callable
from datetime import date
from typing import NoReturn

from common.errors import UsageError


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are `UsageError`s, so that they are told as all others are."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line.

        Raises:
            UsageError: always; the text names the option.
        """
        text = message.removeprefix("argument ")
        if wanted := re.match(r"the following arguments are required: (.*)", text):
            text = "give " + re.sub(r", (?=[^,]*$)", " and ", wanted[1])
        text = re.sub(r"^unrecognized arguments: (.*)", r"nobody knows \1", text)
        raise UsageError(re.sub(r"-\w[,/] ?(--)", r"\1", text))


def whole(least: int, most: int = 10**9) -> Callable[[str], int]:
    """Return a reader of whole numbers in a range, both ends included."""

    def number(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least:,} to {most:,}")
        return int(text)

    return number


def day(refusal: str = "{!r} is not a date such as 2025-01-31") -> Callable[[str], date]:
    """Return a reader of days; `refusal` is what is said of a text that is none."""

    def read_day(text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise argparse.ArgumentTypeError(refusal.format(text)) from None

    return read_day
