"""SQL over the lake without a JVM of one's own: a connection to the Spark Thrift Server."""

import re
import socket
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from pyhive import hive
from pyhive.exc import Error as HiveError
from thrift.Thrift import TException

from common.errors import UserError
from common.settings import Settings

# Who asks for what lies in the schemas, and who writes those of dbt; the server refuses each what it may not.
READER = "reader"
WRITER = "modeler"
LONGEST = 400


class UnansweredError(Exception):
    """The Thrift Server does not answer, or refuses the login."""


def connect(settings: Settings, identity: str) -> hive.Connection:
    """Return a connection of an identity.

    Raises:
        UnansweredError: nothing listens, or the login is refused.
    """
    try:
        # PyHive logs a refused connection as an error; this asks first.
        socket.create_connection((settings.thrift_host, settings.thrift_port), timeout=5).close()
        return hive.connect(
            host=settings.thrift_host,
            port=settings.thrift_port,
            username=identity,
            password=settings.secret(identity),
            auth="CUSTOM",
        )
    except (OSError, TException, HiveError) as error:
        raise UnansweredError(str(error)) from None


@contextmanager
def cursor(settings: Settings, identity: str = READER) -> Iterator[hive.Cursor]:
    """Yield a cursor; what the server refuses becomes one line.

    Raises:
        UserError: the server does not answer, refuses the login, or refuses a statement.
    """
    place = f"{settings.thrift_host}:{settings.thrift_port}"
    try:
        connection = connect(settings, identity)
    except UnansweredError:
        raise UserError(
            f"the Thrift Server does not answer at {place}; run `make up`, or look at `make doctor`"
        ) from None
    try:
        yield connection.cursor()
    except HiveError as error:
        raise UserError(f"the lake refused the query: {first_line(error)}{remedy(error)}") from None
    except (TException, OSError) as error:
        raise UserError(f"the Thrift Server at {place} broke off: {error}; see `make status`") from None
    finally:
        # What is lost already cannot be closed.
        with suppress(TException, OSError):
            connection.close()


def remedy(error: HiveError) -> str:
    """Return what to do about a refusal that the engine's own sentence leaves open; empty for all others."""
    return "; ask for fewer rows or columns" if "spark.driver.maxResultSize" in str(error) else ""


def rows(settings: Settings, query: str) -> Sequence[tuple[Any, ...]]:
    """Return all rows of a small result."""
    with cursor(settings) as open_cursor:
        open_cursor.execute(query)
        return open_cursor.fetchall()


def first_line(error: HiveError) -> str:
    """Return the sentence of the engine, with line and position, without class names, plan and stack."""
    return sentence(message(error))


def message(error: HiveError) -> str:
    """Return all that the server says of an error."""
    status = getattr(error.args[0], "status", None) if error.args else None
    return str(getattr(status, "errorMessage", None) or error)


def sentence(text: str) -> str:
    """Return the first sentence of what the server says; a code that stands before a class name comes again behind."""
    text = re.sub(r"^.*?Error running query: ", "", text, count=1)
    text = re.sub(r"^(\[[A-Z0-9_.]+\]\s+)?([\w.]+(Exception|Error):\s+)+", "", text)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "it gave no reason")
    return textwrap.shorten(first.rstrip(";"), LONGEST, placeholder=" …")
