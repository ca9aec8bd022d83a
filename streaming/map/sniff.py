"""What a file's bytes are, and what stands between its cells."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable
from io import BufferedIOBase
from itertools import islice

from streaming.reading.lines import MARKS
from streaming.reading.records import SEPARATOR

BLOCK = 1 << 20
# What Windows writes where ISO 8859-1 has control characters.
WINDOWS_ONLY = bytes(range(0x80, 0xA0))
# Of these Windows has no character, so it is another encoding that has them.
NOT_WINDOWS = frozenset(b"\x81\x8d\x8f\x90\x9d")
HIGH_LETTERS = bytes(range(0xC0, 0x100))
CYRILLIC_WORD = re.compile(rb"[\xa8\xb8\xc0-\xff]{3,}")
DELIMITERS = (",", ";", "\t", "|")
# Of a line so much is looked at; a longer cell than csv takes stands behind it or is no cell.
LINES_LOOKED_AT, CHARACTERS_LOOKED_AT = 1_000, 1 << 16


def encoding_of(file: BufferedIOBase) -> str:
    """Return a file's encoding, all of it read: by its mark, else UTF-8 where it is, else Windows' or Latin-1."""
    decoder, is_utf8, has_windows = codecs.getincrementaldecoder("utf-8")(), True, False
    is_windows = True
    first = True
    letters = beside = 0
    while block := file.read(BLOCK):
        if first:
            for mark, name in MARKS:
                if block.startswith(mark):
                    # The reader passes over the mark by itself.
                    return name.removesuffix("-sig")
            # Letters of UTF-16 without a mark: every second byte of plain text is 0.
            if 3 * block.count(b"\0") > len(block):
                return "utf-16"
            first = False
        has_windows = has_windows or len(block.translate(None, WINDOWS_ONLY)) < len(block)
        is_utf8 = is_utf8 and decodes(decoder, block, final=False)
        is_windows = is_windows and not NOT_WINDOWS.intersection(block)
        letters += len(block) - len(block.translate(None, HIGH_LETTERS))
        beside += sum(map(len, CYRILLIC_WORD.findall(block)))
    if is_utf8 and decodes(decoder, b"", final=True):
        return "utf-8"
    # Western words have one such letter here and there, Cyrillic ones no others.
    if letters and 2 * beside > letters:
        return "cp1251"
    return "cp1252" if has_windows and is_windows else "latin-1"


def decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool) -> bool:
    """Return whether a block goes on as a decoder's encoding has it."""
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def delimiter_of(lines: Iterable[str]) -> str:
    """Return what parts the most cells of the first line, where most of the first lines have as many."""
    texts = list(islice((line for line in lines if line.strip()), LINES_LOOKED_AT))
    if texts and (said := SEPARATOR.fullmatch(texts[0])):
        return said[1]
    return max(DELIMITERS, key=lambda mark: likeness(texts, mark))


def likeness(lines: list[str], mark: str) -> tuple[float, int]:
    """Return the share of lines with as many cells as the first, to a tenth, and how many those are."""
    widths = [len(next(csv.reader([line[:CHARACTERS_LOOKED_AT]], delimiter=mark), [])) for line in lines]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return round(Counter(widths)[widths[0]] / len(widths), 1), widths[0]
