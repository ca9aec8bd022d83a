"""The server of the page: the standard library's, a thread for each request, on loopback alone."""

import errno
import io
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from common import processes
from common.errors import UserError

LOOPBACK = "127.0.0.1"
SECONDS_FOR_A_REQUEST = 30
Wsgi = Callable[..., Iterable[bytes]]


class Server(ThreadingMixIn, WSGIServer):
    """Answers requests side by side; those under way do not hold up its end."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away."""


class Handler(WSGIRequestHandler):
    """Reads a request; a browser that does not go on with it is let go."""

    timeout = SECONDS_FOR_A_REQUEST
    server_version = "page"
    sys_version = ""

    def get_stderr(self) -> io.StringIO:
        """Keep to ourselves that a reader went away: what is a fault of ours, the application says."""
        return io.StringIO()

    def log_message(self, *_: Any) -> None:
        """Write no line for each request: addresses name customers."""


def hosts(port: int) -> list[str]:
    """Return what a browser may call us by."""
    return [f"{name}:{port}" for name in (LOOPBACK, "localhost")]


def bind(port: int, application: Wsgi) -> Server:
    """Return a server that listens.

    Raises:
        UserError: the port is in use; the text names who has it, and what helps.
    """
    try:
        server = Server((LOOPBACK, port), Handler)
    except OSError as error:
        raise UserError(refusal(port, error)) from None
    server.set_app(application)
    return server


def refusal(port: int, error: OSError) -> str:
    """Return why a port cannot be had, and what helps."""
    if error.errno != errno.EADDRINUSE:
        return f"port {port} for the page: {error.strerror}; choose another with --port"
    holder = processes.holders([port]).get(port)
    return f"port {port} for the page is held by {holder or 'a process that just ended'}; end it, or choose --port"
