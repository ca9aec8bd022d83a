"""The rules between services: variables, addresses, ports, who waits for whom, memory in all."""

import re
from collections.abc import Iterator

from common.errors import UsageError
from common.settings import NAMES, of
from infra.docker.check_services import Context, Fault
from infra.docker.compose import LOOPBACK
from infra.docker.containers import OURS

# What the start of an official image reads, and what Hadoop does.
READ_BY_IMAGES = {
    "postgres": ("PGDATA", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"),
    "apache/hadoop": ("HADOOP_USER_NAME",),
}
ADDRESSES = ("KAFKA_BOOTSTRAP", "HDFS_URL", "WEBHDFS_URL")
HOSTS = {"POSTGRES_HOST": "postgres", "THRIFT_HOST": "thrift"}


def variables(context: Context, name: str) -> Iterator[Fault]:
    """Yield variables that nobody reads, and settings that are none."""
    given, image = context.service(name).get("environment") or {}, str(context.service(name).get("image"))
    known = NAMES if image == OURS else READ_BY_IMAGES.get(image.partition(":")[0], ())
    for variable in given:
        if variable not in known:
            yield ("services", name, "environment", variable), f"nobody reads {variable}"
    for variable in sorted({*context.expected[name].variables} - {*given}):
        yield ("services", name, "environment"), f"{variable} is missing"
    if image == OURS:
        try:
            of({variable: str(value) for variable, value in given.items() if variable in NAMES})
        except UsageError as error:
            yield ("services", name, "environment", str(error).partition("=")[0]), str(error)
        if given.get("PLATFORM_HOST") != context.service(name).get("hostname"):
            yield ("services", name, "environment", "PLATFORM_HOST"), "PLATFORM_HOST is not its hostname"


def addresses(context: Context, name: str) -> Iterator[Fault]:
    """Yield addresses of services that are not there, or do not listen on that port."""
    given = context.service(name).get("environment") or {}
    for variable in ADDRESSES:
        for host, port in re.findall(r"([\w.-]+):(\d+)", str(given.get(variable, ""))):
            place = ("services", name, "environment", variable)
            if host not in context.file.services:
                yield place, f"{variable}: there is no service {host}"
            elif int(port) not in context.listens(host):
                yield place, f"{variable}: {host} does not listen on port {port}"
    for variable, host in HOSTS.items():
        if variable in given and given[variable] != host:
            yield ("services", name, "environment", variable), f"{variable} is not {host}"


def ports(context: Context, name: str) -> Iterator[Fault]:
    """Yield ports that other machines would reach, on which nothing listens, or that two services want."""
    for index, text in enumerate(context.service(name).get("ports") or []):
        place = ("services", name, "ports", index)
        address, _, rest = str(text).rpartition(":")[0].rpartition(":")
        inside = str(text).rpartition(":")[2]
        if address != LOOPBACK:
            yield place, f"port {text} is not on {LOOPBACK}; other machines would reach it"
        if not inside.isdigit() or int(inside) not in context.listens(name):
            yield place, f"does not listen on port {inside}"
        for other, one in context.file.services.items():
            published = [str(port).split(":")[-2] for port in (one or {}).get("ports") or [] if ":" in str(port)]
            if published.count(rest) > (other == name):
                yield place, f"{other} has port {rest} of this machine too"


def dependencies(context: Context, name: str) -> Iterator[Fault]:
    """Yield waits for what is not there, never healthy, or never ends; and waits that are missing."""
    given = context.service(name).get("depends_on") or {}
    for other, how in given.items():
        place = ("services", name, "depends_on", other, "condition")
        target = context.file.services.get(other)
        if target is None:
            yield place[:-1], f"waits for {other}, which is not there"
        elif how.get("condition") == "service_healthy" and not target.get("healthcheck"):
            yield place, f"waits until {other} is healthy, which nobody asks"
        elif how.get("condition") == "service_completed_successfully" and target.get("restart") != "no":
            yield place, f"waits until {other} has ended, which is started again"
        elif how.get("condition") not in ("service_healthy", "service_completed_successfully"):
            yield place, f"waits for {other} to start, not until it is there"
    for other in sorted({*context.expected[name].needs} - {*given}):
        yield ("services", name, "depends_on"), f"does not wait for {other}"


def circles(context: Context) -> Iterator[Fault]:
    """Yield the services that wait for themselves, each circle once."""
    waits = {name: [*((one or {}).get("depends_on") or {})] for name, one in context.file.services.items()}
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> Iterator[Fault]:
        if name in way:
            circle = [*way[way.index(name) :], name]
            yield ("services", way[-1], "depends_on", name), f"waits for itself: {' → '.join(circle)}"
            return
        if name not in done:
            for other in waits.get(name, []):
                yield from walk(other, (*way, name))
            done.add(name)

    for name in waits:
        yield from walk(name, ())


def memory(context: Context) -> Iterator[Fault]:
    """Yield that all limits together, and the largest job beside them, are more than the machine of the profile has."""
    sizes = {
        name: int(match[1])
        for name, one in context.file.services.items()
        if (match := re.fullmatch(r"(\d+)m", str((one or {}).get("mem_limit", ""))))
    }
    stay = sum(size for name, size in sizes.items() if name in context.expected and stays(context, name))
    jobs = [size for name, size in sizes.items() if context.expected.get(name) and context.expected[name].once]
    needed = stay + max(jobs, default=0)
    if needed > context.profile.memory_mb:
        yield (
            ("services",),
            f"limits of {needed} MB in all; PROFILE={context.profile.name} has {context.profile.memory_mb}",
        )


def stays(context: Context, name: str) -> bool:
    """Return whether a container runs for good wherever the profile does."""
    return not context.expected[name].once and not context.expected[name].group
