"""Whether contracts keep what earlier ones promised to producers and readers.

A field is never removed, retyped or newly required, since old events and readers would break on it; anything else that
changes what is valid raises the contract's version, so that each row of bronze says what it was checked against.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from common.contracts.model import BronzeTable, Contract, Contracts, Field, Rule

KEEP = "add a new field beside the old one instead"


def breaks(released: Contracts, current: Contracts) -> list[str]:
    """Return what the current contracts break of the released ones, a line each that names the field and the remedy.

    Descriptions, retention, new optional fields, new topics, and new rules of a raised version break nothing.
    """
    topics = {contract.topic: contract for contract in current.topics}
    broken: list[str] = []
    for before in released.topics:
        after = topics.get(before.topic)
        broken += broken_topic(before, after) if after else [f"{before.topic}: the topic is gone; restore its contract"]
    broken += broken_fields("carriers", released.carriers, current.carriers)
    old, new = released.snapshot, current.snapshot
    broken += broken_fields("customer_snapshots", old.fields, new.fields)
    broken += version_faults(
        "customer_snapshots", (old.version, old.fields, old.rules), (new.version, new.fields, new.rules)
    )
    broken += broken_columns(released.events_table, current.events_table, released.union)
    broken += broken_columns(released.snapshots_table, current.snapshots_table, old.fields)
    return broken


def broken_topic(before: Contract, after: Contract) -> list[str]:
    """Return what a topic's contract breaks of the one before it."""
    name = before.topic
    broken = [
        f"{name}: {part} was {old!r} and is {new!r}; it stays as it is, or the data gets a new topic"
        for part, old, new in (
            ("key", before.key, after.key),
            ("business_key", before.business_key, after.business_key),
        )
        if old != new
    ]
    broken += broken_fields(name, before.fields, after.fields)
    broken += version_faults(
        name, (before.version, before.fields, before.rules), (after.version, after.fields, after.rules)
    )
    return broken


def broken_fields(where: str, before: Sequence[Field], after: Sequence[Field]) -> list[str]:
    """Return which fields are gone, retyped or newly required, those of arrays' elements included."""
    there = {field.name: field for field in after}
    known = {field.name for field in before}
    broken: list[str] = []
    for old in before:
        name, new = f"{where}.{old.name}", there.get(old.name)
        if new is None:
            broken.append(f"{name}: the field is gone; restore it")
        elif bool(old.items) != bool(new.items) or (not old.items and old.type != new.type):
            broken.append(f"{name}: {old.sql_type} became {new.sql_type}; {KEEP}")
        else:
            broken += same_place(name, old, new)
            broken += broken_fields(name, old.items, new.items) + order_changes(name, old.items, new.items)
    new_and_required = (field for field in after if field.name not in known and field.required)
    broken += [f"{where}.{field.name}: a new field cannot be required; make it optional" for field in new_and_required]
    return broken


def same_place(name: str, old: Field, new: Field) -> Iterator[str]:
    """Yield what is wrong with a field of the same type."""
    if new.required and not old.required:
        yield f"{name}: was optional and is required; old events lack it, keep it optional"
    if old.header != new.header:
        yield f"{name}: its header was {old.header!r} and is {new.header!r}; files have the old one, keep it"


def order_changes(name: str, before: Sequence[Field], after: Sequence[Field]) -> list[str]:
    """Return a line where new fields of an array's elements do not come after the old ones, as Delta appends them."""
    names, order = [one.name for one in before], [one.name for one in after]
    if order[: len(names)] == names or set(names) - set(order):
        return []
    return [f"{name}: its fields begin with {', '.join(names)}, in this order; put new ones at the end"]


Promise = tuple[int, Sequence[Field], Sequence[Rule]]


def version_faults(where: str, before: Promise, after: Promise) -> list[str]:
    """Return a line where the version fell, or stayed while fields or rules changed."""
    if after[0] < before[0]:
        return [f"{where}.version: was {before[0]} and is {after[0]}; a version only grows"]
    if after[0] > before[0]:
        return []
    changed = [*changed_fields(before[1], after[1]), *changed_rules(before[2], after[2])]
    if not changed:
        return []
    return [f"{where}.version: {', '.join(changed)} changed within version {before[0]}; raise it to {before[0] + 1}"]


def changed_fields(before: Sequence[Field], after: Sequence[Field]) -> list[str]:
    """Return the names of fields that are not the same but for their descriptions."""
    old, new = ({one.name: without_descriptions(one) for one in fields} for fields in (before, after))
    return [f"field {name}" for name in {**old, **new} if old.get(name) != new.get(name)]


def changed_rules(before: Sequence[Rule], after: Sequence[Rule]) -> list[str]:
    """Return the names of rules that are not the same; where only their order changed, say so."""
    old, new = ({one.name: one.broken for one in rules} for rules in (before, after))
    names = [f"rule {name}" for name in {**old, **new} if old.get(name) != new.get(name)]
    return names or (["the order of the rules"] if list(old) != list(new) else [])


def without_descriptions(field: Field) -> Field:
    """Return the field without the texts that people read."""
    return replace(field, description="", items=tuple(without_descriptions(one) for one in field.items))


def broken_columns(before: BronzeTable, after: BronzeTable, fields: Iterable[Field]) -> list[str]:
    """Return which columns of a bronze table are gone or retyped; those of fields are named with their topic."""
    named, there = {field.name for field in fields}, {column.name: column for column in after.columns}
    broken = []
    for old in before.columns:
        new = there.get(old.name)
        if old.name not in named and (new is None or new.sql_type != old.sql_type):
            became = f"{old.sql_type} became {new.sql_type}" if new else "the column is gone"
            broken.append(f"{before.name}.{old.name}: {became}; bronze keeps its columns, restore it")
    return broken
