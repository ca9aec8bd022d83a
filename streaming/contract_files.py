"""The contract files beside a run: read when a query begins, and watched while it runs."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from common.contracts.compatibility import breaks
from common.contracts.model import Contracts, load
from common.errors import UserError

BREAKS_NAMED = 3


@dataclass
class ContractFiles:
    """The files of a folder, and the contracts that were last taken from them."""

    folder: Path
    in_force: Contracts | None = None
    job: str = "ingest"

    def current(self) -> Contracts:
        """Return the contracts as the files have them now; what breaks the ones in force is said, and not taken.

        Raises:
            UserError: the first reading fails.
        """
        try:
            self.in_force = read_compatible(self.folder, self.in_force)
        except UserError as error:
            if self.in_force is None:
                raise
            print(f"{self.job}: goes on under the contracts it has, since the new ones fail: {error}", file=sys.stderr)
        return self.in_force

    def write_times(self) -> dict[str, int]:
        """Return when each file was last written, in nanoseconds."""
        times = {}
        for path in self.folder.glob("*.yml"):
            # An editor takes a file away for a moment when it saves.
            with suppress(FileNotFoundError):
                times[path.name] = path.stat().st_mtime_ns
        return times


def read_compatible(folder: Path, before: Contracts | None) -> Contracts:
    """Return the contracts of a folder.

    Raises:
        UserError: they cannot be read, or break what those before promised.
    """
    contracts = load(folder)
    if before and (broken := breaks(before, contracts)):
        raise UserError("; ".join(broken[:BREAKS_NAMED]))
    return contracts
