"""What may change in a contract, and what breaks a promise; each break names the field."""

from dataclasses import replace
from typing import Any

import pytest

from common.contracts.compatibility import breaks
from common.contracts.model import FOLDER, BronzeTable, Contract, Contracts, Field, Rule, SnapshotContract, load

LINES = Field(
    "lines", "array", "", items=(Field("product_id", "string", "", required=True), Field("note", "string", ""))
)
FIELDS = (
    Field("event_id", "string", "", required=True),
    Field("amount", "decimal(18,4)", "", unit="currency", required=True),
    Field("city", "string", ""),
    LINES,
)
RULES = (Rule("negative", "amount < 0", ""), Rule("no_lines", "size(lines) = 0", ""))
ORDERS = Contract("orders", 3, "", "<source>/<customer_id>", "order_id", None, FIELDS, RULES)
RATINGS = replace(ORDERS, topic="ratings", version=1, fields=FIELDS[:2], rules=())
SNAPSHOT = SnapshotContract(1, (Field("age", "int", "", header="Age"),), (Rule("old", "age > 120", ""),))


def contracts(*topics: Contract, snapshot: SnapshotContract = SNAPSHOT, column: str | None = "offset") -> Contracts:
    own = (Field(column, "bigint", ""),) if column else ()
    events = BronzeTable("bronze.events", "", (*own, *FIELDS), ())
    return Contracts(topics, (Field("raw_row", "string", ""),), snapshot, events, BronzeTable("s", "", (), ()))


RELEASED = contracts(ORDERS, RATINGS)


def orders(version: int = 4, **changes: Any) -> Contracts:
    return contracts(replace(ORDERS, version=version, **changes), RATINGS)


def change(name: str, **changes: Any) -> tuple[Field, ...]:
    return tuple(replace(one, **changes) if one.name == name else one for one in FIELDS)


COMPATIBLE: dict[str, Contracts] = {
    "nothing": RELEASED,
    "a new optional field": orders(fields=(*FIELDS, Field("device", "string", ""))),
    "a new field of the lines, at the end": orders(
        fields=change("lines", items=(*LINES.items, Field("weight", "int", "")))
    ),
    "a new topic": contracts(ORDERS, RATINGS, replace(RATINGS, topic="visits")),
    "new rules of a new version": orders(rules=(*RULES, Rule("huge", "amount > 9", ""))),
    "a rule less in a new version": orders(rules=RULES[:1]),
    "a required field that becomes optional": orders(fields=change("amount", required=False)),
    "other descriptions": orders(
        3,
        description="x",
        fields=change("city", description="x"),
        rules=tuple(replace(r, description="x") for r in RULES),
    ),
    "another retention": orders(3, retention_days=30),
}


@pytest.mark.parametrize("current", COMPATIBLE.values(), ids=COMPATIBLE.keys())
def test_what_breaks_nothing(current: Contracts) -> None:
    assert breaks(RELEASED, current) == []


def items(*fields: Field) -> Contracts:
    return orders(fields=change("lines", items=fields))


BREAKS: dict[str, tuple[Contracts, str]] = {
    "removed topic": (contracts(ORDERS), "ratings: the topic is gone"),
    "key": (orders(key="<order_id>"), "orders: key was '<source>/<customer_id>' and is '<order_id>'"),
    "business key": (orders(business_key="id"), "orders: business_key was 'order_id' and is 'id'"),
    "removed field": (orders(fields=FIELDS[:2] + FIELDS[3:]), "orders.city: the field is gone"),
    "retyped field": (orders(fields=change("amount", type="double")), "orders.amount: decimal(18,4) became double"),
    "no longer an array": (orders(fields=change("lines", type="string", items=())), "orders.lines: array<struct<"),
    "removed field of the lines": (items(LINES.items[0]), "orders.lines.note: the field is gone"),
    "retyped field of the lines": (
        items(replace(LINES.items[0], type="int"), LINES.items[1]),
        "orders.lines.product_id: string became int",
    ),
    "fields of the lines in another order": (
        items(Field("weight", "int", ""), *LINES.items),
        "orders.lines: its fields begin with product_id, note, in this order",
    ),
    "new required field": (
        orders(fields=(*FIELDS, Field("device", "string", "", required=True))),
        "orders.device: a new field cannot be required",
    ),
    "new required field of the lines": (
        items(*LINES.items, Field("weight", "int", "", required=True)),
        "orders.lines.weight: a new field cannot be required",
    ),
    "optional field becomes required": (orders(fields=change("city", required=True)), "orders.city: was optional"),
    "field without a new version": (
        orders(3, fields=(*FIELDS, Field("device", "string", ""))),
        "orders.version: field device changed within version 3; raise it to 4",
    ),
    "unit without a new version": (orders(3, fields=change("amount", unit="pence")), "orders.version: field amount"),
    "hashing without a new version": (orders(3, fields=change("city", hashed=True)), "orders.version: field city"),
    "rule without a new version": (
        orders(3, rules=(replace(RULES[0], broken="amount < 1"), RULES[1])),
        "orders.version: rule negative changed within version 3",
    ),
    "order of rules without a new version": (orders(3, rules=RULES[::-1]), "orders.version: the order of the rules"),
    "lowered version": (orders(2), "orders.version: was 3 and is 2"),
    "column of bronze": (contracts(ORDERS, RATINGS, column=None), "bronze.events.offset: the column is gone"),
    "header of a file": (
        contracts(
            ORDERS,
            RATINGS,
            snapshot=replace(SNAPSHOT, version=2, fields=(replace(SNAPSHOT.fields[0], header="Years"),)),
        ),
        "customer_snapshots.age: its header was 'Age' and is 'Years'",
    ),
    "rule of a file": (
        contracts(ORDERS, RATINGS, snapshot=replace(SNAPSHOT, rules=())),
        "customer_snapshots.version: rule old changed within version 1",
    ),
}


@pytest.mark.parametrize(("current", "message"), BREAKS.values(), ids=BREAKS.keys())
def test_what_breaks_is_one_line_that_names_the_field(current: Contracts, message: str) -> None:
    (fault,) = breaks(RELEASED, current)
    assert fault.startswith(message), fault
    assert "\n" not in fault


def test_every_field_of_the_real_contracts_is_guarded() -> None:
    real = load(FOLDER)
    for contract in real.topics:
        for field in contract.fields:
            rest = tuple(one for one in contract.fields if one is not field)
            change = replace(contract, version=contract.version + 1, fields=rest)
            topics = tuple(change if one is contract else one for one in real.topics)
            broken = breaks(real, replace(real, topics=topics))
            assert broken == [f"{contract.topic}.{field.name}: the field is gone; restore it"]
