"""What is seen of logs that are renamed, copied, cut, removed or replaced, while Flume knows them by number alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.flume import memory, resend, tails
from infra.local.flume.memory import Memory

LINE = "a line of twenty bytes"[:19] + "\n"


class Logs:
    """A folder with one log, and looks at it in seconds that a test counts; `positions` are what Flume would note."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.memory, self.now = folder, Memory(), 1000.0
        self.positions: dict[int, int] = {}
        self.log = folder / "visits" / "app.log"
        self.log.parent.mkdir(parents=True)

    def write(self, *words: str) -> int:
        """Append lines of twenty bytes and return the file's number."""
        with self.log.open("a") as file:
            file.writelines(f"{word:<19}\n" for word in words)
        return self.log.stat().st_ino

    def look(self, seconds: float = 0.5) -> list[str]:
        """Look after so many seconds and return what would be sent again, as the lines' words."""
        self.now += seconds
        # The clock of the files is the machine's own: what is there now was changed just before.
        found = {
            inode: memory.Found(one.topic, one.path, one.size, self.now - 0.1)
            for inode, one in tails.files(self.folder)
        }
        look = tails.Look(self.memory, self.positions, self.now)
        look.at(found)
        self.waiting = look.waiting
        return [" ".join(resend.write(self.folder / "again", piece).read_text().split()) for piece in look.pieces]

    @property
    def faults(self) -> list[str]:
        return [str(fault["text"]) for fault in self.memory.faults]


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    logs = Logs(tmp_path / "logs")
    logs.look()
    yield logs


def test_a_log_that_grows_and_is_read_needs_nothing(logs: Logs) -> None:
    inode = logs.write("one")
    for count in (0, 1, 2):
        logs.positions[inode] = 20 * count
        assert logs.look() == []
        logs.write("more")
    assert logs.faults == []


def test_of_a_renamed_log_the_lines_that_nobody_read_are_sent_again_once(logs: Logs) -> None:
    logs.positions[logs.write("one", "two", "three")] = 20
    logs.look()
    logs.log.rename(logs.log.with_name("app-1.log"))
    logs.positions.clear()
    assert logs.look() == [] and logs.waiting == 40
    assert [logs.look(), logs.look()] == [["two three"], []]
    assert logs.waiting == 0 and logs.faults == []


def test_a_half_line_at_the_end_of_a_renamed_log_is_waited_for(logs: Logs) -> None:
    logs.positions[logs.write("one")] = 0
    with logs.log.open("a") as file:
        file.write("half")
    logs.look()
    logs.log.rename(logs.log.with_name("app-1.log"))
    assert logs.look(2) == ["one"]
    assert logs.look(20) == ["half"]


def test_a_log_that_was_written_and_renamed_between_two_looks_is_sent_whole(logs: Logs) -> None:
    logs.positions[logs.write("one")] = 20
    logs.look()
    logs.log.rename(logs.log.with_name("app-1.log"))
    logs.write("two")
    logs.log.rename(logs.log.with_name("app-2.log"))
    logs.look()
    assert logs.look(2) == ["two"]


def test_the_first_log_may_be_renamed_before_it_is_seen(logs: Logs) -> None:
    for number, word in enumerate(("one", "two")):
        logs.write(word)
        logs.log.rename(logs.log.with_name(f"app-{number}.log"))
    logs.write("three")
    assert logs.look() == []
    assert logs.look(2) == ["one", "two"]


def test_what_was_rotated_before_the_first_look_and_strange_files_are_left_alone(tmp_path: Path) -> None:
    logs = Logs(tmp_path / "logs")
    logs.write("old")
    logs.log.rename(logs.log.with_name("app-1.log"))
    logs.look()
    for name in ("notes.txt", "app-2.log.gz", ".app-3.log", "_app"):
        (logs.log.parent / name).write_text("not for Flume\n")
    assert [*logs.look(), *logs.look(20)] == []


def test_a_log_cut_below_where_flume_stands_is_read_from_its_beginning(logs: Logs) -> None:
    inode = logs.write("one", "two")
    logs.positions[inode] = 40
    logs.look()
    os.truncate(logs.log, 0)
    logs.write("new")
    logs.look()
    logs.positions[inode] = 20
    assert [*logs.look(), *logs.look(20)] == [] and logs.faults == []


def test_a_log_cut_and_grown_past_where_flume_stands_is_sent_again_up_to_there_and_it_is_said(logs: Logs) -> None:
    inode = logs.write("one", "two")
    logs.positions[inode] = 40
    logs.look()
    os.truncate(logs.log, 0)
    logs.write("new", "newer", "newest")
    assert logs.look() == []
    logs.positions[inode] = 50  # in the middle of a line, whose beginning is lost to Flume
    assert [*logs.look(2), *logs.look(20)] == ["new newer newest"]
    assert logs.faults == [
        "visits/app.log was cut, or written anew, and grew past where Flume stood before it looked:"
        " its first 50 bytes are sent again"
    ]


def test_what_was_not_read_of_a_log_before_it_was_cut_is_said(logs: Logs) -> None:
    logs.positions[logs.write("one", "two")] = 20
    logs.look()
    os.truncate(logs.log, 0)
    logs.look()
    assert logs.faults == [
        "visits/app.log was cut, or written anew in its place; 20 bytes before that may not have been read"
    ]


def test_where_rotation_copied_the_log_before_it_cut_it_the_rest_is_in_the_copy(logs: Logs) -> None:
    inode = logs.write("one", "two")
    logs.positions[inode] = 20
    logs.look()
    logs.log.with_name("app.log.1").write_bytes(logs.log.read_bytes())
    os.truncate(logs.log, 0)
    logs.look()
    logs.positions[inode] = 0
    assert logs.look(2) == ["two"] and logs.faults == []


def test_a_removed_log_of_which_something_was_not_read_is_said(logs: Logs) -> None:
    logs.positions[logs.write("one", "two")] = 20
    logs.look()
    logs.log.unlink()
    logs.look()
    assert logs.faults == ["visits/app.log was removed; of its end 20 bytes may not have been read"]


def test_another_log_with_the_number_of_a_removed_one_is_not_taken_for_it(logs: Logs) -> None:
    inode = logs.write("one", "two")
    logs.positions[inode] = 40
    logs.look()
    old = logs.memory.logs[inode]
    logs.log.unlink()
    logs.look()
    # Whether the system gives the number again is its own affair; here it does.
    new = logs.write("new", "newer", "newest")
    logs.memory.past = {new: old}
    logs.positions = {new: 60}
    logs.look()
    assert logs.look(2) == ["new newer newest"]


def test_what_is_remembered_survives_the_watch(logs: Logs, tmp_path: Path) -> None:
    logs.positions[logs.write("one", "two")] = 20
    logs.look()
    os.truncate(logs.log, 0)
    logs.look()
    memory.store(tmp_path / "memory.json", logs.memory)
    assert memory.load(tmp_path / "memory.json") == logs.memory


@pytest.mark.parametrize("text", ["", "[]", "{", '{"looked_at": 1}'])
def test_a_damaged_memory_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "memory.json").write_text(text)
    assert memory.load(tmp_path / "memory.json") == Memory()


def test_positions_are_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "positions.json"
    assert memory.positions(path) == {}
    path.write_text('[{"inode":7,"pos":3,"file":"/a"},{"in')
    assert memory.positions(path) is None
    path.write_text('[{"inode":7,"pos":3,"file":"/a"}]')
    assert memory.positions(path) == {7: 3}


def test_only_what_flume_has_read_to_its_end_is_removed(tmp_path: Path) -> None:
    read, unread = (tmp_path / "visits" / name for name in ("a.jsonl", "b.jsonl"))
    read.parent.mkdir()
    for path in (read, unread):
        path.write_text(LINE)
    resend.clear(tmp_path, {read.stat().st_ino: 20, unread.stat().st_ino: 10})
    assert [path.name for path in read.parent.iterdir()] == ["b.jsonl"]
