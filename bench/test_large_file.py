"""What the bench of large files writes is read row by row."""

import pytest

from bench import large_file


@pytest.mark.parametrize("options", [[], ["--one-currency"]])
def test_a_small_file_is_read_whole(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    large_file.main(["--sample", *options])
    header, row = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["MB", "rows", "orders"] and row.split()[1:3] == ["9,917", "1,790"]
