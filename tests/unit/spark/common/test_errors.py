"""What is said of an engine's failure: why, in one line."""

import pytest

from spark.common.errors import first_line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n\n  disk full\nat x.y", "disk full"),
        ("An error occurred while calling o7.commit.\n: java.lang.Error: quota\n\tat z", "java.lang.Error: quota"),
        ("Query [id = 1] terminated with exception: no broker", "no broker"),
        ("", "ValueError"),
        ("x" * 999, "x" * 300),
    ],
)
def test_a_failure_is_one_line(text: str, said: str) -> None:
    assert first_line(ValueError(text)) == said
