"""The few HTTP requests that probes and provisioning make."""

import http.client
import json
import urllib.parse


def request(base: str, path: str, method: str = "GET", seconds: float = 3) -> tuple[int, bytes]:
    """Return status and body of an answer.

    Raises:
        OSError: nothing answers in time, or what answers does not speak HTTP.
    """
    host = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(host.hostname or "localhost", host.port, timeout=seconds)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer from {base}: {error!r}") from None
    finally:
        connection.close()


def get_json(base: str, path: str) -> dict:
    """Return the JSON at an address.

    Raises:
        OSError: there is none.
    """
    status, body = request(base, path)
    try:
        return json.loads(body)
    except ValueError:
        raise OSError(f"{base} answers {status} without JSON") from None
