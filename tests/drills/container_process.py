"""One service of `compose.yml` as a process of this machine, with the paths and addresses of this machine."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import home
from common.errors import UserError
from common.settings import ROOT
from infra.docker import conf
from infra.docker.containers import SOCKETS
from infra.docker.profile import PROJECT, STATE
from infra.local.services import postgres
from infra.setup.jars import classpath

SECONDS = 240
JARS = {conf.HADOOP_JARS: "hadoop", conf.KAFKA_JARS: "kafka"}
# What the containers of the project share below their state folder.
SHARED = (home.PLATFORM_MARK, "data", "run", "log", "out", "replays", "simulations", "flume", "dbt")


@dataclass
class Container:
    """One service of the file, as a process of this machine."""

    name: str
    service: Mapping[str, Any]
    place: Path
    addresses: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """Return what stands for the container's own files."""
        return self.place.parent / "processes" / self.name

    @property
    def log(self) -> Path:
        """Return where its output goes."""
        return self.folder / "output.log"

    def prepare(self) -> None:
        """Make its folder: mounts and passwords are links, configuration is a copy with the paths of this machine."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        own = self.addresses[self.name]
        names = {**self.addresses, socket.gethostname(): own, "localhost": "127.0.0.1"}
        (self.folder / "hosts").write_text("".join(f"{address} {name}\n" for name, address in names.items()))
        for inside in (one.partition(":")[0] for one in self.service["tmpfs"]):
            if inside.startswith(str(STATE)):
                self.path(inside).mkdir(parents=True)
        for mount in self.service.get("volumes", []):
            inside = Path(mount["target"])
            if inside == STATE:
                self.link_shared(self.place / mount["source"])
            elif inside.is_relative_to(STATE / "conf"):
                self.copy(self.place / mount["source"], self.path(inside))
            elif inside.is_relative_to(STATE):
                self.link(self.path(inside), self.place / mount["source"])
        for secret in self.service.get("secrets", []):
            self.link(self.path(secret["target"]), self.place / "secrets" / secret["source"])

    def link_shared(self, source: Path) -> None:
        """Link what the containers of the project share."""
        for name in SHARED:
            if not name.startswith("."):
                (source / name).mkdir(exist_ok=True)
            self.link(self.folder / name, source / name)

    def link(self, path: Path, target: Path) -> None:
        """Put a link, in place of the empty folder on which an engine would mount."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        path.symlink_to(target.resolve())

    def copy(self, source: Path, folder: Path) -> None:
        """Copy configuration, with the paths, jars and addresses of this machine."""
        folder.mkdir(parents=True)
        for file in source.iterdir():
            text = file.read_text()
            for there, here in JARS.items():
                text = text.replace(":".join(there), ":".join(map(str, classpath(here))))
            text = self.addressed(self.here(text))
            (folder / file.name).write_text(text.replace("listen_addresses = 'postgres'", self.listen()))

    def listen(self) -> str:
        """Return PostgreSQL's line of where it listens: it reads no hosts file."""
        return f"listen_addresses = '{self.addresses[self.name]}'"

    def here(self, text: str) -> str:
        """Return a text with the paths of this machine."""
        text = text.replace(str(STATE), str(self.folder)).replace(SOCKETS, str(self.folder))
        return text.replace(str(PROJECT), str(ROOT))

    def addressed(self, text: str) -> str:
        """Return a text with addresses in place of the names before ports: only Java reads the hosts file."""
        return re.sub(r"(?<![\w.-])([a-z][\w-]*)(?=:\d)", lambda match: self.addresses.get(match[1], match[1]), text)

    def path(self, inside: Path | str) -> Path:
        """Return where a file of the container is here."""
        return Path(self.here(str(inside)))

    def words(self, *keys: str) -> list[str]:
        """Return the words of its command."""
        return [self.here(word) for key in keys for word in self.service.get(key, [])]

    def environ(self) -> dict[str, str]:
        """Return its environment: its variables, and what an image or engine would give it."""
        given = {name: self.here(str(value)) for name, value in self.service.get("environment", {}).items()}
        given = {name: self.addresses.get(value) or self.addressed(value) for name, value in given.items()}
        hosts = f"-Djdk.net.hosts.file={self.folder / 'hosts'}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LAKEHOUSE_CACHE") if name in os.environ}
        path = f"{postgres.BIN}:{kept['PATH']}"
        return {**kept, "PATH": path, "LANG": "C.UTF-8", "TZ": "UTC", "JAVA_TOOL_OPTIONS": hosts, **given}

    def start(self, *more: str, prefix: Sequence[str] = ()) -> None:
        """Start its command."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*prefix, *self.words("entrypoint", "command"), *more], env=self.environ(), cwd=ROOT,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def wait(self, most: float = SECONDS) -> float:
        """Wait until it is healthy, or has ended well where nobody asks it; return the seconds.

        Raises:
            UserError: it is not in time, or has ended.
        """
        assert self.process
        begun, words = time.monotonic(), self.words_of_health()
        while time.monotonic() < begun + most:
            ended = self.process.poll()
            if ended is not None and (words or ended):
                raise UserError(f"{self.name} ended ({ended}): {self.last_words()}; see {self.log}")
            if ended == 0 or (words and self.ask(words)):
                return time.monotonic() - begun
            time.sleep(0.5)
        raise UserError(f"{self.name} is not there after {most:.0f} s: {self.last_words()}; see {self.log}")

    def words_of_health(self) -> list[str]:
        """Return its health command; bash and psql read no hosts file, and get an address in place of its name."""
        words = self.service.get("healthcheck", {}).get("test", [])[1:]
        return [self.here(word) if index != 1 else self.addresses.get(word, word) for index, word in enumerate(words)]

    def ask(self, words: Sequence[str]) -> bool:
        """Return whether its health command says that it is well."""
        with self.log.open("ab") as log:
            return not subprocess.run(
                words, env=self.environ(), stdout=log, stderr=log, cwd=ROOT, check=False
            ).returncode

    def last_words(self) -> str:
        """Return the last line of its output."""
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1][:300] if lines else "no output"

    def stop(self) -> None:
        """End it and everything that it has started."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(getattr(signal, self.service.get("stop_signal", "SIGTERM")))
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
