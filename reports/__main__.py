"""Write the report and the model cards beside it, or print the three answers."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import psycopg

from common import postgres
from common.cli import Parser
from common.errors import UserError, entry_point
from common.files import replace_file
from common.settings import Settings, read_settings
from reports import cards, figure_queries, model_queries
from reports.answers import answers
from reports.figures import Figures
from reports.formats import plural
from reports.model_queries import Registry
from reports.page import render


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m reports", description=__doc__)
    parser.add_argument("--answers", action="store_true", help="print the answers, a line each, and write nothing")
    parser.add_argument("--output", type=Path, help="where to write the file (default: out/report.html in STATE_DIR)")
    return parser.parse_args(argv)


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Read the figures, render them, write them."""
    args = parse(argv)
    settings = read_settings()
    figures, models = read(settings)
    if args.answers:
        for answer in answers(figures):
            print(f"{answer.title}: {answer.sentence}")
        return
    path = args.output or settings.path("out", "report.html")
    size = write(path, render(figures))
    write(path.with_name("models.html"), cards.render(models))
    answered = sum(answer.is_known for answer in answers(figures))
    print(
        f"report: {answered} of 3 questions answered for {plural(figures.customers, 'customer')} of "
        f"{plural(len(figures.sources), 'source')}, {plural(len(models.models), 'model card')}, "
        f"{size // 1024 + 1} kB in {path}"
    )


def read(settings: Settings) -> tuple[Figures, Registry]:
    """Return the figures of the report and of the model cards.

    Raises:
        UserError: PostgreSQL does not answer, or holds other views than this report knows.
    """
    try:
        with postgres.connect(settings, "reporter") as connection:
            return figure_queries.read(connection), model_queries.read(connection)
    except psycopg.Error as error:
        why = (str(error).splitlines() or ["no reason given"])[0]
        raise UserError(
            f"the report's views cannot be read: {why}; run `make refresh`, which makes them again"
        ) from None


def write(path: Path, page: str) -> int:
    """Put the page in place whole, or not at all; returns its size in bytes.

    Raises:
        UserError: the folder or file cannot be written.
    """
    content = page.encode("utf-8", "replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content, sync=True)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; free some space or mend its folder's rights") from None
    return len(content)


if __name__ == "__main__":
    main()
