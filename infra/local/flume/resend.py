"""Bytes of logs that are read once more, as files that Flume takes; what comes twice is known by its event_id."""

from collections.abc import Mapping
from pathlib import Path

from infra.local.flume.tails import Piece

BLOCK = 1 << 20


def write(folder: Path, piece: Piece) -> Path:
    """Copy a piece to a file of its topic, which is there whole or not at all, and return its path.

    Raises:
        OSError: it cannot be read or written.
    """
    name = f"{piece.path.name.lstrip('-._')}.{piece.inode}.{piece.begin}-{piece.end}.jsonl"
    path = folder / piece.topic / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{name}.part")
    with piece.path.open("rb") as source, fresh.open("wb") as copy:
        fresh.chmod(0o600)
        source.seek(piece.begin)
        left = piece.end - piece.begin
        while left > 0 and (block := source.read(min(left, BLOCK))):
            copy.write(block)
            left -= len(block)
        if piece.to_line_end:
            copy.write(source.readline())
    fresh.replace(path)
    return path


def clear(folder: Path, positions: Mapping[int, int]) -> None:
    """Remove the files that Flume has read to their end; no agent may run, since it would know their numbers."""
    for path in folder.glob("*/*"):
        facts = path.stat()
        if path.name.endswith(".part") or positions.get(facts.st_ino) == facts.st_size:
            path.unlink()
