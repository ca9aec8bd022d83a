"""The command: three lines of answers, or one file, whole or not at all; a refusal is one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from common import postgres
from common.errors import UserError
from reports import __main__ as report
from reports import figure_queries, model_queries
from reports.figures import Figures
from reports.model_queries import Registry


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, figures: Figures) -> None:
    """A store that holds the figures."""
    monkeypatch.setattr(postgres, "connect", no_connection)
    monkeypatch.setattr(figure_queries, "read", lambda connection: figures)
    monkeypatch.setattr(model_queries, "read", lambda connection: Registry())


@contextmanager
def no_connection(settings: object, role: str) -> Iterator[None]:
    assert role == "reporter"
    yield None


@pytest.mark.usefixtures("store")
def test_answers_are_three_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        report.main(["--answers"])
    assert ended.value.code == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Segments", "Churn risk", "Satisfaction"]


@pytest.mark.usefixtures("store")
def test_the_last_line_says_what_was_written_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        report.main(["--output", str(tmp_path / "report.html")])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("report: 3 of 3 questions answered for 4,350 customers of 2 sources")
    assert line.endswith(str(tmp_path / "report.html"))
    for page in ("report.html", "models.html"):
        assert (tmp_path / page).read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.usefixtures("store")
def test_views_of_another_shape_are_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(connection: object) -> Figures:
        raise psycopg.errors.UndefinedColumn('column "source" does not exist\nLINE 1: select source')

    monkeypatch.setattr(figure_queries, "read", refuse)
    with pytest.raises(SystemExit) as ended:
        report.main(["--answers"])
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert 'column "source" does not exist; run `make refresh`' in line


def test_a_page_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "out" / "report.html"
    assert report.write(path, "old") == 3
    assert report.write(path, "ünew") == 5
    assert path.read_text(encoding="utf-8") == "ünew"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(UserError, match=r"cannot write .*report\.html: .*"):
        report.write(tmp_path / "out" / "report.html", "page")
