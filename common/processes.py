"""Who listens on a port, from `/proc` alone."""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LISTEN, ESTABLISHED = "0A", "01"
PROC = Path("/proc")


@dataclass(frozen=True)
class Holder:
    """A process that listens on a port; `pid` is None where it is another user's and so cannot be seen."""

    pid: int | None
    command: str

    def __str__(self) -> str:
        """Return the process as a person reads it."""
        return "a process of another user" if self.pid is None else f"pid {self.pid} ({self.command})"


def rows(proc: Path, state: str) -> Iterator[tuple[int, int, str]]:
    """Yield (own port, other's port, inode) of every socket in a state."""
    for table in (proc / "net" / "tcp", proc / "net" / "tcp6"):
        if not table.is_file():
            continue
        for line in table.read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == state:
                yield int(words[1].rpartition(":")[2], 16), int(words[2].rpartition(":")[2], 16), words[9]


def listening(proc: Path = PROC) -> dict[int, str]:
    """Return the socket inode of every port that is listened on."""
    return {own: inode for own, _, inode in rows(proc, LISTEN)}


def clients(ports: Iterable[int], proc: Path = PROC) -> list[tuple[int, int, Holder]]:
    """Return (port, the client's own port, the client) of every connection to one of `ports`, by port."""
    wanted = set(ports)
    connections = [(other, own, inode) for own, other, inode in rows(proc, ESTABLISHED) if other in wanted]
    inodes = {inode for _, _, inode in connections}
    owners = {inode: pid for pid, inode in sockets(proc) if inode in inodes}
    return [(port, own, holder(owners.get(inode), proc)) for port, own, inode in sorted(connections)]


def holders(ports: Iterable[int], proc: Path = PROC) -> dict[int, Holder]:
    """Return the holder of each of `ports` that is in use."""
    used = {port: inode for port, inode in listening(proc).items() if port in set(ports)}
    if not used:
        return {}
    owners = {inode: pid for pid, inode in sockets(proc) if inode in used.values()}
    return {port: holder(owners.get(inode), proc) for port, inode in sorted(used.items())}


def holder(pid: int | None, proc: Path = PROC) -> Holder:
    """Return a process with its command line."""
    return Holder(None, "") if pid is None else Holder(pid, command_of(pid, proc))


def sockets(proc: Path) -> Iterator[tuple[int, str]]:
    """Yield (pid, inode) of every open socket that this user may see."""
    for pid in pids(proc):
        try:
            for link in (proc / str(pid) / "fd").iterdir():
                target = str(link.readlink())
                if target.startswith("socket:["):
                    yield pid, target[8:-1]
        except OSError:
            continue


def pids(proc: Path = PROC) -> list[int]:
    """Return every process id."""
    return [int(path.name) for path in proc.iterdir() if path.name.isdigit()]


def command_of(pid: int, proc: Path = PROC, width: int = 80) -> str:
    """Return the command line of a process, without its program's folder, cut to `width`; empty where it is gone."""
    try:
        words = (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
        if not words:
            return (proc / str(pid) / "comm").read_text().strip()
        return textwrap.shorten(" ".join([Path(words[0]).name, *words[1:]]), width, placeholder=" …")
    except OSError:
        return ""


def environment_of(pid: int, proc: Path = PROC) -> dict[str, str]:
    """Return the environment that a process was started with; empty where it may not be seen."""
    try:
        text = (proc / str(pid) / "environ").read_bytes().decode(errors="replace")
    except OSError:
        return {}
    return dict(pair.split("=", 1) for pair in text.split("\0") if "=" in pair)


def memory_mb(pid: int, proc: Path = PROC) -> int:
    """Return the memory of a process and its children in MB, pages that they share counted once."""
    family = [pid, *descendants(pid, proc)]
    return round(sum(proportional_kb(each, proc) for each in family) / 1024)


def descendants(pid: int, proc: Path = PROC) -> list[int]:
    """Return the processes below a process."""
    try:
        text = (proc / str(pid) / "task" / str(pid) / "children").read_text()
    except OSError:
        return []
    children = [int(word) for word in text.split()]
    return [each for child in children for each in (child, *descendants(child, proc))]


def proportional_kb(pid: int, proc: Path = PROC) -> int:
    """Return the share of memory of one process in kB, its resident size where that may not be seen."""
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in (proc / str(pid) / name).read_text().splitlines():
                if line.startswith(key):
                    return int(line.split()[1])
        except OSError:
            continue
    return 0
