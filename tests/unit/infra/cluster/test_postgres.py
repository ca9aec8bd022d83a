"""Each rule of PostgreSQL, on what one login learns, written out."""

from dataclasses import replace

import pytest

from infra.cluster.postgres import CONNECTIONS, Facts, Logins, judge, login_faults
from infra.local.provision_postgres import OWNERS, ROLES

FACTS = Facts(
    version="18.6",
    is_standby=False,
    limits=dict.fromkeys(ROLES, -1),
    schemas=frozenset(OWNERS),
    lacking=(),
    room=sum(CONNECTIONS.values()),
)


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        (FACTS, []),
        (replace(FACTS, version="18.7 (Debian 18.7-1)"), []),
        (replace(FACTS, version="18.2"), ["PostgreSQL 18.2 is older than 18.6"]),
        (replace(FACTS, version="15.8"), ["PostgreSQL 15.8 is another major version than 18.6"]),
        (replace(FACTS, is_standby=True), ["the server is a standby and takes no rows"]),
        (replace(FACTS, schemas=frozenset({"marts", "live"})), ["there is no schema reporting in the database lake"]),
        (
            replace(FACTS, lacking=(("modeler", "usage", "schema marts"),)),
            ["modeler lacks the right usage on schema marts"],
        ),
        (replace(FACTS, limits={**FACTS.limits, "monitor": 1}), ["monitor may have 1 connections; it needs 4"]),
        (replace(FACTS, room=12), ["12 connections are left beside those of others; 40 are needed"]),
    ],
)
def test_what_a_login_learns_is_judged(facts: Facts, faults: list[str]) -> None:
    found = [*judge(facts)]
    assert [one.fault for one in found] == faults
    assert all(one.remedy for one in found)


def test_a_role_that_is_not_there_is_told_from_a_wrong_password() -> None:
    logins = Logins(dict.fromkeys(("monitor", "reporter"), "password authentication failed"))
    limits = {role: -1 for role in ROLES if role != "monitor"}
    assert [one.fault for one in login_faults(logins, replace(FACTS, limits=limits))] == [
        "there is no role monitor",
        "reporter cannot log in: password authentication failed",
    ]
    assert [one.fault.partition(" ")[0] for one in login_faults(logins, None)] == ["monitor", "reporter"]


def test_texts_need_an_encoding_that_holds_them() -> None:
    [finding] = login_faults(Logins(encodings={"lake": "LATIN1", "catalogue": "UTF8"}), FACTS)
    assert finding.fault == "the database lake is encoded as LATIN1, not UTF8"
