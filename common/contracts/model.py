"""The contracts of the events, and the bronze tables that follow from them.

A contract is a YAML file, found by its path. No JVM is needed to declare a table or to write documentation.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from common.errors import UserError, why
from common.settings import ROOT

FOLDER = ROOT / "streaming" / "contracts"
PATH = re.compile(r"[a-z_]+(?:\.[a-z_]+)?")
EVENTS, SNAPSHOTS = "bronze.events", "bronze.customer_snapshots"


@dataclass(frozen=True)
class Field:
    """One field of an event or column of a table; `items` are the fields of an array's elements.

    A `hashed` field reaches the lake as a keyed hash alone.
    """

    name: str
    type: str
    description: str
    unit: str | None = None
    required: bool = False
    personal: bool = False
    hashed: bool = False
    header: str | None = None
    items: tuple["Field", ...] = ()

    @property
    def sql_type(self) -> str:
        """Return the type as Spark SQL writes it."""
        if not self.items:
            return self.type
        return f"array<struct<{', '.join(f'{item.name}: {item.sql_type}' for item in self.items)}>>"

    @property
    def text(self) -> str:
        """Return the description with its unit, and what the lake holds of it."""
        unit = f" Unit: {self.unit}." if self.unit else ""
        return f"{self.description}{unit}{' Kept as a keyed hash alone.' if self.hashed else ''}"


@dataclass(frozen=True)
class Rule:
    """A named check; `broken` is SQL, true where it is broken; what it cannot compute is null, and not broken.

    `field` is the path of the field that it is about (`lines.quantity`), None where it is about none.
    """

    name: str
    broken: str
    description: str
    field: str | None = None


@dataclass(frozen=True)
class Contract:
    """What one topic promises: all fields of its events, envelope first, and its value rules in order.

    `internal` is SQL, true of a valid event that is no customer's (a test, a probe); the monitor passes over those.
    """

    topic: str
    version: int
    description: str
    key: str
    business_key: str
    retention_days: int | None
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]
    internal: str | None = None

    def has(self, name: str) -> bool:
        """Return whether the events have a field of this name."""
        return any(field.name == name for field in self.fields)


@dataclass(frozen=True)
class SnapshotContract:
    """What a customer snapshot file promises: its columns in order, and the rules of its rows."""

    version: int
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]


# A checkpoint rewrites the table's whole state, which takes as long as three small batches of a stream.
COMMITS_PER_CHECKPOINT = 100


@dataclass(frozen=True)
class BronzeTable:
    """A table of what arrived: its columns in order, and those whose bounds each file keeps for pruning."""

    name: str
    description: str
    columns: tuple[Field, ...]
    statistics: tuple[str, ...]

    def ddl(self) -> str:
        """Return the statement that creates the table where it does not exist."""
        columns = ",\n".join(f"  `{one.name}` {one.sql_type} comment {quote(one.text)}" for one in self.columns)
        return (
            f"create table if not exists {self.name} (\n{columns}\n) using delta\n"
            f"comment {quote(self.description)}\n"
            f"tblproperties ('delta.dataSkippingStatsColumns' = '{','.join(self.statistics)}',"
            f" 'delta.checkpointInterval' = '{COMMITS_PER_CHECKPOINT}')"
        )


@dataclass(frozen=True)
class Contracts:
    """Every contract of the project."""

    topics: tuple[Contract, ...]
    carriers: tuple[Field, ...]
    snapshot: SnapshotContract
    events_table: BronzeTable
    snapshots_table: BronzeTable

    def of(self, topic: str) -> Contract:
        """Return the contract of a topic."""
        return next(contract for contract in self.topics if contract.topic == topic)

    @property
    def versions(self) -> dict[str, int]:
        """Return the version of each topic's contract."""
        return {contract.topic: contract.version for contract in self.topics}

    @property
    def union(self) -> tuple[Field, ...]:
        """Return every field of any topic once, envelope first: what each record is parsed with."""
        return union_of(self.topics)


def load(folder: Path) -> Contracts:
    """Read the contracts.

    Raises:
        UserError: a file is missing or not of the form, or two topics give one field two types.
    """
    try:
        return read_contracts(folder)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"a contract in {folder} is not of the form ({error!r}); compare it with the others") from None


def read_contracts(folder: Path) -> Contracts:
    """Read the contracts, as far as they are of the form."""
    envelope = read(folder / "_envelope.yml")
    bronze = read(folder / "_bronze.yml")
    paths = sorted(path for path in folder.glob("*.yml") if not path.name.startswith("_"))
    topics = tuple(contract(read(path), fields(envelope["fields"])) for path in paths)
    events, snapshots = bronze["events"], bronze["customer_snapshots"]
    columns = fields(snapshots["fields"])
    snapshot = SnapshotContract(snapshots["version"], columns, rules(snapshots["rules"], columns))
    return Contracts(
        topics,
        fields(envelope["carriers"]),
        snapshot,
        BronzeTable(
            EVENTS,
            events["description"],
            tuple(replace(one, required=False) for one in (*fields(events["columns"]), *union_of(topics))),
            tuple(events["statistics"]),
        ),
        BronzeTable(
            SNAPSHOTS,
            snapshots["description"],
            (*fields(snapshots["columns"]), *snapshot.fields, *fields(snapshots["tail"])),
            tuple(snapshots["statistics"]),
        ),
    )


def read(path: Path) -> dict[str, Any]:
    """Return the content of a YAML file."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"{path}: cannot be read: {why(error)}; restore it, or correct CONTRACTS_DIR") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: holds no mapping of names to values")
    return content


def contract(content: Mapping[str, Any], envelope: Iterable[Field]) -> Contract:
    """Return a topic's contract; `requires` names fields of the envelope that this topic cannot do without."""
    needed = content.get("requires", [])
    shared = [replace(field, required=field.required or field.name in needed) for field in envelope]
    every = (*shared, *fields(content["fields"]))
    return Contract(
        topic=content["topic"],
        version=content["version"],
        description=content["description"],
        key=content["key"],
        business_key=content["business_key"],
        retention_days=content["retention_days"],
        fields=every,
        rules=rules(content["rules"], every),
        internal=content.get("internal"),
    )


def fields(content: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    """Return the fields of a list of a contract file."""
    return tuple(Field(**{**one, "items": fields(one.get("items", []))}) for one in content)


def rules(content: Iterable[Mapping[str, str]], fields: Sequence[Field]) -> tuple[Rule, ...]:
    """Return the rules of a contract file, in its order; one that says no field is about the only one that it names."""
    paths = {path for one in fields for path in (one.name, *(f"{one.name}.{item.name}" for item in one.items))}
    return tuple(
        Rule(**one) if "field" in one else Rule(**one, field=only_field(one["broken"], paths)) for one in content
    )


def only_field(broken: str, paths: Set[str]) -> str | None:
    """Return the path of the field that SQL names, None where it names none or several."""
    named = {path for path in PATH.findall(broken) if path in paths}
    return named.pop() if len(named) == 1 else None


def union_of(topics: Iterable[Contract]) -> tuple[Field, ...]:
    """Return every field of the topics once, in the order of first sight."""
    union: dict[str, Field] = {}
    for topic in topics:
        for field in topic.fields:
            known = union.setdefault(field.name, field)
            if known.sql_type != field.sql_type:
                types = f"is {field.sql_type}, elsewhere {known.sql_type}"
                raise UserError(f"contract {topic.topic}: {field.name} {types}; one name has one type in all contracts")
            if known.hashed != field.hashed:
                raise UserError(f"contract {topic.topic}: {field.name} is hashed in one contract and not in another")
    return tuple(union.values())


def quote(text: str) -> str:
    """Return `text` as a SQL string."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
