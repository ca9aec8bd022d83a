"""Who holds a port, from a made-up /proc and from the real one."""

import os
import socket
from pathlib import Path

from common import processes

# Port 0x4268 = 17000 is listened on by inode 111; 0x4269 is only connected; 0x426A listens on inode 333.
TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:4268 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:4269 0100007F:1234 01 00000000:00000000 00:00000000 00000000     0        0 222 1
   2: 0100007F:426A 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1
"""


def made_up(folder: Path) -> Path:
    """Return a /proc in which process 42 holds inode 111 and nobody visible holds 333."""
    (folder / "net").mkdir()
    (folder / "net" / "tcp").write_text(TCP)
    descriptors = folder / "42" / "fd"
    descriptors.mkdir(parents=True)
    (descriptors / "3").symlink_to("socket:[111]")
    (folder / "42" / "cmdline").write_bytes(b"nc\0-l\x0017000\0")
    return folder


def test_a_held_port_is_named_with_process_and_command(tmp_path: Path) -> None:
    """The holder reads as a person would say it."""
    holders = processes.holders([17000], made_up(tmp_path))
    assert {port: str(holder) for port, holder in holders.items()} == {17000: "pid 42 (nc -l 17000)"}


def test_a_connected_port_is_free_to_listen_on(tmp_path: Path) -> None:
    """Only what listens is in the way."""
    assert processes.holders([17001], made_up(tmp_path)) == {}


def test_a_holder_that_may_not_be_seen_is_said_to_be_another_users(tmp_path: Path) -> None:
    """Without rights the process stays unknown, but the port is still taken."""
    assert str(processes.holders([17002], made_up(tmp_path))[17002]) == "a process of another user"


def test_a_real_socket_is_found_with_this_process() -> None:
    """The made-up /proc is like the real one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert processes.holders([port])[port].pid == os.getpid()
    assert processes.holders([port]) == {}


def test_the_memory_of_this_process_is_counted() -> None:
    """A Python process is some megabytes; one that is gone is none."""
    assert 1 < processes.memory_mb(os.getpid()) < 100_000
    assert processes.memory_mb(2**22 + 1) == 0
