"""The data dictionary, from the contracts: what each topic carries, which rules quarantine, what bronze holds."""

from collections.abc import Iterable, Sequence

from common.contracts.model import BronzeTable, Contract, Contracts, Field, Rule
from streaming.events import all_rules

HEADER = "<!-- Written by `make contracts` from streaming/contracts; edit those. -->\n# Data dictionary"
INTRODUCTION = """\
Every event is one JSON object in UTF-8. It is valid, or quarantined whole under the first rule that it breaks, in the
order below. Times are UTC. The models that follow from bronze are described in the dbt docs site (`make docs`)."""
FIELD_COLUMNS = ("field", "type", "unit", "required", "personal", "meaning")


def dictionary(contracts: Contracts) -> str:
    """Return the text of the dictionary, Markdown."""
    rules = {contract.topic: all_rules(contract) for contract in contracts.topics}
    shared = shared_rules(list(rules.values()))
    names = {rule.name for rule in shared}
    parts = [
        HEADER,
        INTRODUCTION,
        "## Topics",
        table(
            ("topic", "version", "one event is", "key", "business key", "retention"), map(overview, contracts.topics)
        ),
        "## Rules of every topic",
        table(
            ("rule", "field", "what it asks for"),
            ([f"`{rule.name}`", field_name(rule), rule.description] for rule in shared),
        ),
        "Rows of a file that cannot become an event travel in these fields:",
        field_table(contracts.carriers),
        *(
            part
            for one in contracts.topics
            for part in topic(one, [r for r in rules[one.topic] if r.name not in names])
        ),
        *snapshot_files(contracts),
        *(part for one in (contracts.events_table, contracts.snapshots_table) for part in bronze(one)),
    ]
    return "\n\n".join(parts) + "\n"


def overview(contract: Contract) -> list[str]:
    """Return a topic's line of the overview."""
    name = f"[`{contract.topic}`](#{contract.topic})"
    keys = (f"`{contract.business_key}`", retention(contract))
    return [name, str(contract.version), contract.description, contract.key, *keys]


def retention(contract: Contract) -> str:
    """Return how long Kafka keeps the topic's events."""
    return "for ever" if contract.retention_days is None else f"{contract.retention_days} days"


def topic(contract: Contract, rules: Sequence[Rule]) -> list[str]:
    """Return a topic's chapter: its fields, and its rules after those of every topic."""
    stated = {rule.name for rule in contract.rules}
    lines = (
        [f"`{one.name}`", field_name(one), one.description, f"`{one.broken}`" if one.name in stated else ""]
        for one in rules
    )
    return [
        f"## {contract.topic}",
        f"Version {contract.version}. {contract.description}",
        f"Key `{contract.key}`; business key `{contract.business_key}`; kept in Kafka {retention(contract)}.",
        field_table(contract.fields),
        table(("rule", "field", "what it asks for", "broken where"), lines),
        *([f"Internal, and passed over by the monitor, where `{contract.internal}`."] if contract.internal else []),
    ]


def snapshot_files(contracts: Contracts) -> list[str]:
    """Return the chapter of the snapshot files."""
    contract = contracts.snapshot
    lines = (
        [f"`{one.header}`", f"`{one.name}`", one.sql_type, yes(one.required), yes(one.personal), meaning(one)]
        for one in contract.fields
    )
    return [
        "## Customer snapshot files",
        f"Version {contract.version}. A CSV file, one row per customer.",
        table(("header", "column", "type", "required", "personal", "meaning"), lines),
        table(
            ("rule", "field", "what it asks for", "broken where"),
            ([f"`{r.name}`", field_name(r), r.description, f"`{r.broken}`"] for r in contract.rules),
        ),
    ]


def bronze(one: BronzeTable) -> list[str]:
    """Return a bronze table's chapter."""
    lines = ([f"`{column.name}`", f"`{column.sql_type}`", column.text] for column in one.columns)
    return [f"## {one.name}", one.description, table(("column", "type", "meaning"), lines)]


def field_name(rule: Rule) -> str:
    """Return the field that a rule is about, as code."""
    return f"`{rule.field}`" if rule.field else ""


def shared_rules(of_topics: Sequence[Sequence[Rule]]) -> list[Rule]:
    """Return the rules that every topic has, in their order."""
    common = set.intersection(*({rule.name for rule in rules} for rules in of_topics))
    return [rule for rule in of_topics[0] if rule.name in common]


def field_table(fields: Iterable[Field]) -> str:
    """Return a table of fields; those of an array's elements follow it."""
    return table(FIELD_COLUMNS, (cells for field in fields for cells in field_lines(field, "")))


def field_lines(field: Field, prefix: str) -> list[list[str]]:
    """Return the line of a field, and those of its elements' fields."""
    name, kind = prefix + field.name, "array" if field.items else field.sql_type
    line = [f"`{name}`", kind, field.unit or "", yes(field.required), yes(field.personal), meaning(field)]
    return [line, *(cells for item in field.items for cells in field_lines(item, f"{name}[]."))]


def meaning(field: Field) -> str:
    """Return what a field says, without its unit."""
    return f"{field.description}{' Kept as a keyed hash alone.' if field.hashed else ''}"


def yes(value: bool) -> str:
    """Return the mark of a property."""
    return "yes" if value else ""


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar within a cell is escaped."""
    rows = [list(head), ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(escape_cell(cell) for cell in row) + " |" for row in rows)


def escape_cell(cell: str) -> str:
    """Return the text of a cell on one line; angle brackets outside code would be taken for HTML."""
    text = " ".join(cell.split()).replace("|", "\\|")
    return text if text.startswith("`") else text.replace("<", "&lt;").replace(">", "&gt;")
