"""All services asked side by side: who does not answer is not asked for more."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLateError
from time import monotonic

from common.settings import Settings
from infra.cluster import hdfs, kafka, postgres, thrift, yarn
from infra.cluster.finding import Finding
from infra.cluster.reach import addresses, silent

CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    one.SERVICE: one.findings for one in (kafka, hdfs, postgres, thrift, yarn)
}
ORDER = (kafka.SERVICE, hdfs.SERVICE, postgres.SERVICE, postgres.CATALOGUE, thrift.SERVICE, yarn.SERVICE)
# Under load a Thrift Server takes some seconds for its first query.
SECONDS = 40


def asked(settings: Settings) -> list[str]:
    """Return the names of the services that are asked: YARN only where it is wanted."""
    return [name for name in CHECKS if name != yarn.SERVICE or yarn.is_wanted(settings)]


def findings(settings: Settings) -> list[Finding]:
    """Return what is wrong, service by service; a check that takes too long is a finding, and is left behind."""
    names = asked(settings)
    found = [*silent([one for one in addresses(settings) if one.service in names])]
    there = [name for name in names if name not in {one.service for one in found}]
    # Not as a context: that would wait for whoever never answers.
    pool = ThreadPoolExecutor(len(CHECKS))
    answers = {name: pool.submit(all_of, CHECKS[name], settings) for name in there}
    deadline = monotonic() + SECONDS
    for name, answer in answers.items():
        found += in_time(name, answer, deadline - monotonic())
    pool.shutdown(wait=False, cancel_futures=True)
    return sorted(found, key=lambda one: ORDER.index(one.service))


def all_of(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> list[Finding]:
    """Return what a check finds, once it has looked at all."""
    return [*check(settings)]


def in_time(name: str, answer: Future[list[Finding]], seconds: float) -> list[Finding]:
    """Return what a check has found, or that it takes too long."""
    try:
        return answer.result(max(seconds, 0))
    except TooLateError:
        remedy = "look whether it is overloaded, or whether another service listens on its port"
        return [Finding(name, f"answers, but said nothing in {SECONDS} s", remedy)]
