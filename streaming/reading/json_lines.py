"""Lines of JSON, an object each, as rows: its keys are the columns, those of objects within it `outer.inner`."""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

from common.errors import UsageError
from streaming.reading.cells import shown
from streaming.reading.tables import Fault, Row

# Where one object may lack what the next has, so many are looked at for the names of columns.
OBJECTS_LOOKED_AT = 10_000
Objects = Iterator[tuple[int, dict[str, Any] | Fault]]
EXAMPLE = 'each line must hold one object, as in {"order": 1}'


class TwiceError(ValueError):
    """An object has a name twice; the text is the name."""


def json_rows(path: Path, lines: Iterable[str]) -> Iterator[Row]:
    """Yield the rows with the numbers of their lines, the columns' names first.

    Raises:
        UsageError: the file is empty, or none of its first lines is an object.
    """
    objects = read(lines)
    first = list(islice(objects, OBJECTS_LOOKED_AT))
    names = list(dict.fromkeys(name for _, one in first if isinstance(one, dict) for name in one))
    if not names:
        faults = ((number, one.reason) for number, one in first if isinstance(one, Fault))
        number, reason = next(faults, (1, "the file is empty"))
        raise UsageError(f"{path}: line {number}: {reason}")
    yield 0, names
    for number, one in chain(first, objects):
        yield number, one if isinstance(one, Fault) else [one.get(name) for name in names]


def read(lines: Iterable[str]) -> Objects:
    """Yield the flat object of each line with the line's number, or what is wrong with it; blank lines are none."""
    decoder = json.JSONDecoder(parse_float=Decimal, object_pairs_hook=once)
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        try:
            content = decoder.decode(text)
            if isinstance(content, dict):
                yield number, once(list(flat(content)))
            else:
                yield number, Fault(f"is no object: {EXAMPLE}", text)
        except TwiceError as error:
            yield number, Fault(f"has {shown(str(error))} twice; leave one out", text)
        except (ValueError, RecursionError):
            yield number, Fault(f"is no JSON: {EXAMPLE}", text)


def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return names and values as an object.

    Raises:
        TwiceError: a name stands twice, so nobody knows which value is meant.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise TwiceError(next(name for name in names if names.count(name) > 1))
    return found


def flat(content: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield names and values, those of objects within by the names of both."""
    for name, value in content.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
