"""The lines of a file as text, in bounded memory: of any encoding, ended by LF, CRLF or CR."""

import codecs
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import NoReturn

from common.errors import UsageError

BLOCK_BYTES = 1 << 20
LONGEST_LINE = 1 << 24
# The longer ones first: UTF-32's little-endian mark begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(start: bytes, name: str) -> str:
    """Return how a file that begins like this is read; a byte order mark knows better than the mapping."""
    marked = next((encoding for mark, encoding in MARKS if start.startswith(mark)), None)
    if marked:
        return marked
    known = codecs.lookup(name).name
    if known not in ("utf-16", "utf-32"):
        return name
    # Without a mark: a header begins with a letter below 256, whose zeros tell the order of its bytes.
    return f"{known}-be" if start.startswith(b"\0") else f"{known}-le"


class Lines:
    """The lines of an open file, block by block, without their LF; a CR before it stays, since a cell may hold one."""

    def __init__(self, path: Path, file: BufferedIOBase, encoding: str) -> None:
        """Take an open file and what the mapping says of its bytes."""
        self.path, self.file, self.encoding = path, file, encoding
        self.given = 0
        self.rest = ""
        # Whether the last line, of several, has no end, as that of a file which was cut short; known at the end.
        self.ends_open = False

    def __iter__(self) -> Iterator[list[str]]:
        """Yield the lines of each block.

        Raises:
            UsageError: its bytes are not of the encoding, or no text, or have no lines.
        """
        raw = self.file.read(BLOCK_BYTES)
        decoder = codecs.getincrementaldecoder(encoding_of(raw, self.encoding))()
        ends_with_cr: bool | None = None
        while raw or self.rest:
            text = self.rest + self.decoded(decoder, raw)
            if ends_with_cr is None:
                ends_with_cr = is_ended_by_cr(text)
            held = "\r" if ends_with_cr and raw and text.endswith("\r") else ""
            if ends_with_cr:
                text = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n")
            lines = text.split("\n")
            has_no_end = not raw and lines[-1].strip() != "" and not lines[-1].endswith("\r")
            self.ends_open = has_no_end and self.given + len(lines) > 1
            self.rest = lines.pop() + held if raw else ""
            if len(self.rest) > LONGEST_LINE:
                raise UsageError(
                    f"{self.path}: line {self.given + len(lines) + 1} is longer than {LONGEST_LINE:,} characters;"
                    " this is no CSV"
                )
            if lines:
                yield lines
                self.given += len(lines)
            raw = self.file.read(BLOCK_BYTES) if raw else b""

    def decoded(self, decoder: codecs.IncrementalDecoder, raw: bytes) -> str:
        """Return the text of a block; no bytes are the end of the file."""
        try:
            text = decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            self.blame(error)
        if "\0" in text:
            number = self.given + (self.rest + text).partition("\0")[0].count("\n") + 1
            raise UsageError(
                f"{self.path}: line {number}: holds a NUL byte; this is not CSV in {self.encoding};"
                " set the file's encoding, such as utf-16, in the mapping"
            )
        return text

    def blame(self, error: UnicodeDecodeError) -> NoReturn:
        """Raise the fault of the first byte that is not of the encoding, by its line."""
        before = self.rest + error.object[: error.start].decode(error.encoding, "replace")
        line = before.rpartition("\n")[2]
        raise UsageError(
            f"{self.path}: line {self.given + before.count(chr(10)) + 1},"
            f" byte {len(line.encode(error.encoding, 'replace')) + 1}: not {self.encoding};"
            " set the file's encoding in the mapping"
        ) from None


def is_ended_by_cr(text: str) -> bool:
    """Return whether lines end with CR alone: one stands in the header, not within quotes."""
    header = text.partition("\n")[0]
    before, cr, behind = header.partition("\r")
    return bool(cr and behind) and before.count('"') % 2 == 0
