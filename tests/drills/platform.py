"""The drills' own platform, and how its daemons and files are hurt."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.delta_log import Table
from common.contracts.model import EVENTS, FOLDER, load
from common.errors import UserError
from common.lake_paths import EVENTS_CHECKPOINT, schema_folder
from common.settings import ROOT, Settings, read_settings
from common.webhdfs import WebHdfs
from infra.local import supervise
from infra.local.hdfs_folders import tree
from infra.local.lake import SUPERUSER

STATE_DIR, PORT_BASE = ROOT / ".state-drills", "25000"
BRONZE = schema_folder("bronze")
UNLIMITED, RESET = str(2**63 - 1), "-1"
BACK_SECONDS = 60
NEW_FIELD = "  - name: {name}\n    type: string\n    description: A field that came later.\n"


@dataclass(frozen=True)
class Platform:
    """A platform and the environment of its commands."""

    settings: Settings
    environ: Mapping[str, str]

    @property
    def hdfs(self) -> WebHdfs:
        """Return its HDFS, as who may do anything there."""
        return WebHdfs.of(self.settings, SUPERUSER)

    def command(self, *arguments: str) -> None:
        """Run a module of the project on this platform.

        Raises:
            UserError: it failed.
        """
        process = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=dict(self.environ),
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode:
            raise UserError(f"python -m {' '.join(arguments)} failed: {process.stderr.strip()[-2000:]}")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a module of the project on this platform, without its output."""
        return subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=ROOT, env=dict(self.environ), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def table(self) -> Table:
        """Return the table that the ingest writes."""
        return Table(self.settings, f"{BRONZE}/{EVENTS.partition('.')[2]}")

    def newest(self, after: int) -> int:
        """Return the newest version of the table that added rows; `after` where none did since, or HDFS is away."""
        try:
            return max((commit.version for commit in self.table.commits(after) if commit.files), default=after)
        except (UserError, OSError):
            return after

    def pid(self, daemon: str) -> int:
        """Return a daemon's process, 0 while it does not run."""
        return int(supervise.processes(self.settings).get(daemon, {}).get("pid", 0))

    def kill(self, daemon: str) -> None:
        """Kill a daemon and wait until the supervisor has started it again.

        Raises:
            UserError: it did not.
        """
        before = self.pid(daemon)
        os.kill(before, signal.SIGKILL)
        deadline = time.monotonic() + BACK_SECONDS
        while self.pid(daemon) in (0, before):
            if time.monotonic() > deadline:
                raise UserError(f"{daemon} was not started again; see {self.settings.path('log')}")
            time.sleep(0.2)

    def freeze(self, daemon: str, seconds: float) -> None:
        """Let a daemon answer nobody for a while; its connections stay open."""
        pid = self.pid(daemon)
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    def fill(self) -> None:
        """Let HDFS have no room for one more block of the schema."""
        summary = self.hdfs.call("GET", BRONZE, "GETCONTENTSUMMARY")["ContentSummary"]
        self.quota(str(summary["spaceConsumed"] + 1))

    def quota(self, space: str = RESET) -> None:
        """Limit the bytes that the schema may take, or lift the limit."""
        deadline = time.monotonic() + BACK_SECONDS
        while True:
            try:
                self.hdfs.call("PUT", BRONZE, "SETQUOTA", namespacequota=UNLIMITED, storagespacequota=space)
            except UserError:
                # It may have just been killed, and come back in safe mode.
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
            else:
                return

    def delete_checkpoint(self) -> None:
        """Delete the query's checkpoint, all of it."""
        self.hdfs.delete(EVENTS_CHECKPOINT, recursive=True)

    def truncate_checkpoint(self, share: float) -> str:
        """Cut the newest file of the checkpoint's offsets to a share of its length and return its name."""
        paths = [path for path in tree(self.hdfs, EVENTS_CHECKPOINT) if "/offsets/" in path]
        newest = max(
            (path for path in paths if path.rpartition("/")[2].isdecimal()),
            key=lambda path: (self.changed_at(path), int(path.rpartition("/")[2])),
        )
        length = int((self.hdfs.status(newest) or {})["length"] * share)
        self.hdfs.call("POST", newest, "TRUNCATE", newlength=str(length))
        return newest

    def changed_at(self, path: str) -> int:
        """Return when a file was last written."""
        return int((self.hdfs.status(path) or {}).get("modificationTime", 0))

    def with_new_field(self, number: int) -> "Platform":
        """Return this platform with contracts of its own, in which the visits have one field more."""
        folder = self.settings.path("contracts", str(number))
        shutil.copytree(Path(self.environ.get("CONTRACTS_DIR", FOLDER)), folder, dirs_exist_ok=True)
        path = folder / "visits.yml"
        text = path.read_text()
        version = load(folder).of("visits").version
        text = text.replace(f"\nversion: {version}\n", f"\nversion: {version + 1}\n")
        path.write_text(text.replace("\nrules:", f"\n{NEW_FIELD.format(name=f'later_{number}')}\nrules:"))
        return replace(self, environ={**self.environ, "CONTRACTS_DIR": str(folder)})


def own() -> Platform:
    """Return the drills' platform; it may not run yet."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SPARK_", "PYSPARK_", "HADOOP_", "DBT_", "MAKE")) and name != "CONTRACTS_DIR"
    }
    environ = {**inherited, "STATE_DIR": str(STATE_DIR), "PORT_BASE": PORT_BASE}
    return Platform(read_settings(environ), environ)


def of_settings() -> Platform:
    """Return the platform that the environment names."""
    return Platform(read_settings(), dict(os.environ))
