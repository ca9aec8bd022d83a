"""Where the services are, and whether anything listens there."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from common.settings import Settings
from infra.cluster.finding import Finding

SECONDS = 3


@dataclass(frozen=True)
class Address:
    """Where a service listens, and by which setting that is known."""

    service: str
    setting: str
    host: str
    port: int


def addresses(settings: Settings) -> list[Address]:
    """Return every address that the settings name; that of YARN whether it is wanted or not."""
    brokers = [one.rpartition(":") for one in settings.kafka_bootstrap.split(",")]
    return [
        *(Address("kafka", "KAFKA_BOOTSTRAP", host, int(port)) for host, _, port in brokers),
        of_url("hdfs", "HDFS_URL", settings.hdfs_url, 8020),
        of_url("hdfs", "WEBHDFS_URL", settings.webhdfs_url, 9870),
        Address("postgres", "POSTGRES_HOST, POSTGRES_PORT", settings.postgres_host, settings.postgres_port),
        Address("thrift", "THRIFT_HOST, THRIFT_PORT", settings.thrift_host, settings.thrift_port),
        of_url("yarn", "YARN_URL", settings.yarn_url, 8088),
    ]


def of_url(service: str, setting: str, url: str, default_port: int) -> Address:
    """Return the address in a URL."""
    parts = urlsplit(url)
    return Address(service, setting, parts.hostname or "", parts.port or default_port)


def silent(places: list[Address]) -> Iterator[Finding]:
    """Yield each address where nothing answers; all are asked side by side."""
    with ThreadPoolExecutor(len(places)) as pool:
        for place, reason in zip(places, pool.map(reason_of_silence, places), strict=True):
            if reason:
                yield Finding(
                    place.service,
                    f"does not answer at {place.host}:{place.port} ({reason})",
                    f"correct {place.setting}, start the service, or let this machine through to it",
                )


def reason_of_silence(place: Address) -> str:
    """Return why an address cannot be reached; empty where something listens."""
    try:
        socket.create_connection((place.host, place.port), timeout=SECONDS).close()
    except OSError as error:
        return str(error.strerror or error)
    return ""
