"""The keys of a mapping file: what each may hold, checked before anything is read or sent.

Everything in the file is taken as the text that stands there (`NO`, `007`, `1e3` are no booleans and no numbers), and
becomes a value by what its key holds.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from common.errors import UsageError, why

EXAMPLE = "streaming/mappings/online_retail.yml is an example"
NOTHING = ("~", "null", "Null", "NULL")
YES, NO = ("true", "yes", "on"), ("false", "no", "off")

# What stands in the file: a text, a list, a table, or None where a key is given as null.
Node = str | list[Any] | dict[str, Any] | None
Read = Callable[[Node], Any]


class UnfitError(Exception):
    """A value is not what its key holds; the text says what is wrong and what to write."""


@dataclass(frozen=True)
class Key:
    """One key of a mapping.

    Args:
        name: as the file has it.
        read: makes the value of what stands in the file, or raises an `UnfitError`.
        field: the name of the value, where it is another than the key's.
        required: whether a mapping without it is refused; any other has the value's default.
        keys: those of the table that it holds.
    """

    name: str
    read: Read = lambda node: text(node)
    field: str = ""
    required: bool = False
    keys: tuple["Key", ...] = ()


class Texts(yaml.BaseLoader):
    """Loads every scalar as text, and refuses a key that stands twice or holds nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a table of texts, lists and tables; None where a value is a plain null."""
        content: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode):
                raise UnfitError(f"line {key_node.start_mark.line + 1}: a key is a word, not a list or a table")
            if key in content:
                raise UnfitError(f"{key} stands twice, again in line {key_node.start_mark.line + 1}; take one away")
            if isinstance(value_node, yaml.ScalarNode) and not value_node.value:
                raise UnfitError(f"{key} holds nothing; put its value into quotes, or take the key away")
            is_plain = isinstance(value_node, yaml.ScalarNode) and value_node.style is None
            is_null = is_plain and value_node.value in NOTHING
            content[key] = None if is_null else self.construct_object(value_node, deep=True)
        return content

    def construct_yaml_map(self, node: yaml.MappingNode) -> dict[Hashable, Any]:
        """Return a table at once, so that its faults are found while the file is read."""
        return self.construct_mapping(node)


Texts.add_constructor("tag:yaml.org,2002:map", Texts.construct_yaml_map)


def load(path: Path) -> dict[str, Node]:
    """Read a mapping file as texts.

    Raises:
        UsageError: it cannot be read, is no table, or has a key twice or without a value.
    """
    try:
        # A subclass of the loader that makes nothing but texts, lists and tables.
        content = yaml.load(path.read_text("utf-8-sig"), Texts)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(
            f"{path}: line {line}: cannot be read: {error.problem}; put signs into quotes, indent by spaces"
        ) from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: cannot be read: {why(error)}") from None
    except UnfitError as error:
        raise UsageError(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise UsageError(f"{path}: holds no mapping; {EXAMPLE}")
    return content


def values(path: Path, content: Mapping[str, Node], keys: Sequence[Key]) -> dict[str, Any]:
    """Return the value of each key that is given, by the name of its field.

    Raises:
        UsageError: a key is missing, not known, or holds what it cannot; the text names it.
    """
    try:
        found = table(content, keys)
    except UnfitError as error:
        raise UsageError(f"{path}: {error}") from None
    lacks = missing(content, keys)
    if lacks:
        raise UsageError(f"{path}: lacks {', '.join(lacks)}; {EXAMPLE}")
    return found


def missing(content: object, keys: Sequence[Key]) -> list[str]:
    """Return the names of the required keys that a table lacks, those of the tables in it too."""
    given = content if isinstance(content, Mapping) else {}
    lacks = [key.name for key in keys if key.required and given.get(key.name) is None]
    return lacks + [f"{key.name}.{name}" for key in keys if key.keys for name in missing(given.get(key.name), key.keys)]


def table(node: Mapping[str, Node] | Node, keys: Sequence[Key]) -> dict[str, Any]:
    """Return the value of each key of a table, by the name of its field."""
    by_name = {key.name: key for key in keys}
    if not isinstance(node, Mapping):
        raise UnfitError(f"must be a table of {', '.join(by_name)}")
    found = {}
    for name, value in node.items():
        if name not in by_name:
            raise UnfitError(unknown(name, by_name))
        key = by_name[name]
        if value is not None:
            found[key.field or name] = value_of(key, value)
    return found


def value_of(key: Key, node: Node) -> Any:
    """Return the value of a key; a fault names the key, the outer one before the inner one."""
    try:
        return table(node, key.keys) if key.keys else key.read(node)
    except UnfitError as error:
        raise UnfitError(f"{key.name}{'.' if key.keys and isinstance(node, Mapping) else ' '}{error}") from None


def unknown(name: str, known: Iterable[str]) -> str:
    """Return what is said of a name that nobody knows: the nearest of those that are known, and all of them."""
    near = get_close_matches(str(name), list(known), n=1)
    hint = f"; write {near[0]}" if near else ""
    return f"{name} is not known{hint}; known are {', '.join(known)}"


def text(node: Node) -> str:
    """Return a text."""
    if not isinstance(node, str):
        raise UnfitError(f"must be one text, not {kind(node)}")
    return node


def flag(node: Node) -> bool:
    """Return true or false."""
    word = text(node)
    if word.lower() not in (*YES, *NO):
        raise UnfitError(f"{word!r} is neither true nor false")
    return word.lower() in YES


def one_of(*words: str) -> Read:
    """Return the reader of one of several words."""

    def read(node: Node) -> str:
        word = text(node)
        if word not in words:
            raise UnfitError(f"{word!r} is not known; write {' or '.join(words)}")
        return word

    return read


def list_of(read_item: Read) -> Read:
    """Return the reader of a list."""

    def read(node: Node) -> tuple[Any, ...]:
        if not isinstance(node, list):
            raise UnfitError(f"must be a list, as in [{node if isinstance(node, str) else 'A, B'}]")
        return tuple(read_item(item) for item in node)

    return read


def one_or_more(read_item: Read) -> Read:
    """Return the reader of one value or a list of them, as a tuple."""

    def read(node: Node) -> tuple[Any, ...]:
        items = node if isinstance(node, list) else [node]
        if not items:
            raise UnfitError("is an empty list")
        return tuple(read_item(item) for item in items)

    return read


def table_like(keys: Sequence[Key]) -> Read:
    """Return the reader of a table of some keys, that has those which are required."""

    def read(node: Node) -> dict[str, Any]:
        values = table(node, keys)
        if lacks := [key.name for key in keys if key.required and key.name not in values]:
            raise UnfitError(f"lacks {', '.join(lacks)}")
        return values

    return read


def table_of(read_item: Read) -> Read:
    """Return the reader of a table whose keys are words of the file."""

    def read(node: Node) -> dict[str, Any]:
        if not isinstance(node, dict):
            raise UnfitError(f"must be a table of the file's words, not {kind(node)}")
        return {word: read_item(item) for word, item in node.items()}

    return read


def kind(node: Node) -> str:
    """Return what stands in the file, in words."""
    return (
        "a text" if isinstance(node, str) else "a list" if isinstance(node, list) else "a table" if node else "nothing"
    )
