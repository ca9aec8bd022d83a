"""The contracts as released: what producers and readers were promised, and may go on relying on."""

import json
from pathlib import Path

from common.contracts.compatibility import breaks
from common.contracts.model import FOLDER, Contracts
from common.contracts.serialization import from_json, to_json
from common.errors import UserError

RELEASED = FOLDER / "released.json"


def release_text(contracts: Contracts) -> str:
    """Return the text of the released contracts, laid out so that a change is seen line by line."""
    return json.dumps(json.loads(to_json(contracts)), ensure_ascii=False, indent=1) + "\n"


def broken_promises(current: Contracts, path: Path = RELEASED) -> list[str]:
    """Return what the contracts break of the released ones; nothing where none were released.

    Raises:
        UserError: the released contracts cannot be read.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} cannot be read ({error}); restore it from the repository's history") from None
    return breaks(from_json(text), current)
