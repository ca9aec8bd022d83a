"""The command lines of all programs: a mistake is one line."""

import argparse
import re
from typing import NoReturn

from spark.common.errors import UsageError


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are `UsageError`s, so that they are told as all others are."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line.

        Raises:
            UsageError: always; the text names the option.
        """
        text = message.removeprefix("argument ")
        text = re.sub(r"^the following arguments are required: (.*)", r"give \1", text)
        text = re.sub(r"^unrecognized arguments: (.*)", r"nobody knows \1", text)
        raise UsageError(re.sub(r"-\w[,/] ?(--)", r"\1", text))
