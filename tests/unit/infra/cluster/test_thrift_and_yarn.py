"""Each rule of the Thrift Server and of YARN, on what they answer, written out."""

from dataclasses import replace

import pytest

from common.settings import read_settings
from infra.cluster import thrift, yarn
from infra.local.lake import SCHEMAS

SERVER = thrift.Facts(spark="4.2.0", delta="4.4.0", extensions=thrift.EXTENSION, schemas=frozenset(SCHEMAS))
MANAGER = yarn.Facts(version="3.5.0", state="STARTED", nodes=2, total_mb=6144, free_mb=6144)


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        (SERVER, []),
        (replace(SERVER, delta=""), []),
        (replace(SERVER, spark="4.0.1"), ["Spark 4.0.1 is older than 4.2.0"]),
        (replace(SERVER, delta="3.3.2"), ["Delta 3.3.2 is another major version than 4.4.0"]),
        (replace(SERVER, extensions="<undefined>"), ["the server does not know Delta"]),
        (replace(SERVER, schemas=frozenset(SCHEMAS) - {"core", "live"}), ["the lake has no schema core, live"]),
    ],
)
def test_what_the_thrift_server_answers_is_judged(facts: thrift.Facts, faults: list[str]) -> None:
    assert [one.fault for one in thrift.judge(facts)] == faults


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        (MANAGER, []),
        (replace(MANAGER, version="3.3.6"), ["Hadoop 3.3.6 is older than 3.5.0"]),
        (replace(MANAGER, state="INITED"), ["the ResourceManager is INITED"]),
        (replace(MANAGER, nodes=0, total_mb=0), ["no NodeManager is active"]),
        (replace(MANAGER, total_mb=2048), ["its nodes have 2048 MB; a job asks for 2944 MB"]),
        (replace(MANAGER, free_mb=512), ["512 MB of 6144 are free; a job asks for 2944 MB and would wait"]),
    ],
)
def test_what_yarn_says_is_judged(facts: yarn.Facts, faults: list[str]) -> None:
    assert [one.fault for one in yarn.judge(read_settings({}), facts)] == faults


@pytest.mark.parametrize(
    ("values", "wanted"),
    [({}, False), ({"SPARK_MASTER": "yarn"}, True), ({"YARN_URL": "http://rm.example:8088"}, True)],
)
def test_yarn_is_asked_where_somebody_wants_it(values: dict[str, str], wanted: bool) -> None:
    assert yarn.is_wanted(read_settings(values)) is wanted
