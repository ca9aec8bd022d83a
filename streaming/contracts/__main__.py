"""Regenerate what is made from the contracts: dbt's sources, the data dictionary, the released contracts."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from common.cli import Parser
from common.contracts.model import Contracts, load
from common.errors import UserError, entry_point
from common.settings import ROOT, read_settings
from streaming.contracts.dictionary import dictionary
from streaming.contracts.release import RELEASED, broken_promises, release_text
from streaming.contracts.sources import sources

SOURCES = ROOT / "dbt_project" / "models" / "staging" / "sources.yml"
DICTIONARY = ROOT / "docs" / "data_dictionary.md"


def main(argv: Sequence[str] | None = None) -> None:
    """Write the files, or with --check only say whether they are as the contracts have them."""
    parser = Parser(prog="python -m streaming.contracts", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a file differs or a released promise is broken"
    )
    arguments = parser.parse_args(argv)
    contracts = load(read_settings().contracts_dir)
    files = generate(contracts)
    refuse(broken_promises(contracts), "nothing was written" if not arguments.check else "see above")
    if arguments.check:
        refuse(differences(files), "run `make contracts` and commit what it writes")
    else:
        for path, text in files.items():
            path.write_text(text, "utf-8")
    names = ", ".join(path.relative_to(ROOT).as_posix() for path in files)
    print(f"{len(contracts.topics)} contracts: {names} {'are as they say' if arguments.check else 'written'}")


def generate(contracts: Contracts) -> dict[Path, str]:
    """Return the text of every file that follows from the contracts."""
    return {SOURCES: sources(contracts), DICTIONARY: dictionary(contracts), RELEASED: release_text(contracts)}


def differences(files: Mapping[Path, str]) -> list[str]:
    """Return a line for each file that is not as the contracts have it."""
    return [
        f"{path.relative_to(ROOT).as_posix()}: is not what the contracts say"
        for path, text in files.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]


def refuse(faults: Sequence[str], remedy: str) -> None:
    """Print a line per fault and fail, where there are any.

    Raises:
        UserError: there is a fault.
    """
    for fault in faults:
        print(f"contracts: {fault}", file=sys.stderr)
    if faults:
        raise UserError(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'} of the contracts; {remedy}")


if __name__ == "__main__":
    entry_point(main)()
