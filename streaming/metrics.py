"""The endpoint that Prometheus asks, on the platform's own interface."""

from prometheus_client import CollectorRegistry, start_http_server

from common.errors import UserError
from common.settings import Settings


def serve(registry: CollectorRegistry, settings: Settings, job: str) -> None:
    """Answer with the gauges of a registry on the port of a job's metrics.

    Raises:
        UserError: another program has the port.
    """
    port = settings.port(f"{job}-metrics")
    try:
        start_http_server(port, addr=settings.host, registry=registry)
    except OSError as error:
        raise UserError(f"port {port} for the {job}'s metrics: {error.strerror}; free it, or move PORT_BASE") from None
