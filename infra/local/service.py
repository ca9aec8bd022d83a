"""What the platform is made of: services, and the daemons that each consists of."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common.settings import Settings


class NotReadyError(Exception):
    """A service does not answer yet; its text says what is missing."""


def nothing(_: Settings) -> None:
    """Do nothing: the step of a service that has none."""


def no_details(_: Settings) -> Iterator[str]:
    """Yield nothing: what `status` says of a service that has no more to say than its daemons' rows."""
    yield from ()


def never(_: Settings) -> bool:
    """Return that nothing is wanted."""
    return False


@dataclass(frozen=True)
class Program:
    """One daemon, run by the supervisor; with `once` it ends by itself and is not restarted."""

    name: str
    command: tuple[str, ...]
    ports: tuple[str, ...]
    version: str
    web: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    stop_seconds: int = 60
    once: bool = False


@dataclass(frozen=True)
class Service:
    """One service: what to do before its daemons start, how to know that it answers, what to do then.

    `prepare` initialises its data once, `probe` raises `NotReadyError` until it answers, `provision` ensures its users,
    folders and tables; each is cheap when there is nothing to do. `needs` names the services that must be provisioned
    before the daemons of this one start. `helpers` are started when everything is up, if they are wanted. `details` are
    lines that `status` shows where a daemon of it runs.
    """

    name: str
    programs: tuple[Program, ...]
    probe: Callable[[Settings], None]
    needs: tuple[str, ...] = ()
    prepare: Callable[[Settings], None] = nothing
    provision: Callable[[Settings], None] = nothing
    optional: bool = False
    ready_seconds: int = 120
    config: tuple[Path, ...] = ()
    helpers: tuple[Program, ...] = ()
    helpers_wanted: Callable[[Settings], bool] = never
    details: Callable[[Settings], Iterator[str]] = no_details


def start_order(services: Iterable[Service]) -> list[Service]:
    """Return the services so that each comes after those that it needs; equals keep their order.

    Raises:
        ValueError: a service needs one that is not there, or two need each other.
    """
    waiting = list(services)
    ordered: list[Service] = []
    while waiting:
        names = {service.name for service in ordered}
        free = [service for service in waiting if names.issuperset(service.needs)]
        if not free:
            raise ValueError(f"no order for {', '.join(service.name for service in waiting)}")
        ordered += free
        waiting = [service for service in waiting if service not in free]
    return ordered


def select_services(services: Iterable[Service], extra: Iterable[str] = ()) -> list[Service]:
    """Return the services that always run and the optional ones named in `extra`, in start order."""
    wanted = set(extra)
    return start_order([service for service in services if not service.optional or service.name in wanted])
