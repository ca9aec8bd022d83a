"""`compose.yml` as it is read: its values, and the line on which each stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from common.errors import UserError

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class ComposeFile:
    """The file with its lines by the way to each value."""

    path: Path
    document: Mapping[str, Any]
    lines: Mapping[Place, int]

    @classmethod
    def read(cls, path: Path) -> "ComposeFile":
        """Read the file.

        Raises:
            UserError: it is not there, or is no YAML of the kind.
        """
        try:
            text = path.read_text()
            node, document = yaml.compose(text, yaml.CSafeLoader), yaml.load(text, yaml.CSafeLoader)
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; `make containers` writes it") from None
        except yaml.YAMLError as error:
            raise UserError(f"{path} is no YAML: {' '.join(str(error).split())}; `make containers` writes it") from None
        if node is None or not isinstance(document, dict) or not isinstance(document.get("services"), dict):
            raise UserError(f"{path} has no services; `make containers` writes it")
        return cls(path, document, dict(lines_of(node)))

    @property
    def services(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the services by name."""
        return self.document["services"]

    def line(self, place: Place) -> int:
        """Return the line of a value, or of the nearest one around it that is there."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def lines_of(node: yaml.Node, place: Place = ()) -> Iterator[tuple[Place, int]]:
    """Yield the way to every value with its line, counted from 1; that of a mapping's value is the line of its key."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*place, key.value), key.start_mark.line + 1
            yield from lines_of(value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*place, index), value.start_mark.line + 1
            yield from lines_of(value, (*place, index))
