"""A mistake in a command line is one line, in the words that were typed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from common import errors, thrift
from common.settings import ROOT

MISTAKES = [
    ("spark.sql --format CSV x", "FORMAT: invalid choice: 'CSV' (choose from 'table', 'csv')"),
    ("spark.sql", "give a query: make sql Q='select 1'"),
    ("streaming.replay", "give ORDERS= and MAPPING="),
    ("streaming.simulate --rate abc", "RATE: 'abc' is not a whole number from 1 to 100,000"),
    ("streaming.simulate --duration 5", "DURATION: is for live mode; give RATE= with it"),
    ("infra.pipeline guard --as-of typo", "AS_OF: typo is not a day such as 2011-09-30"),
    ("infra.local up --services +yran", "SERVICES=yran: the optional services are yarn, flume"),
    ("infra.local logs ", "name a service: make logs SERVICE=kafka"),
    ("infra.pipeline run --orders pyproject.toml --mapping typo", "MAPPING=typo: no such file, and those by name"),
    ("spark.maintenance --retain-hours 0", "RETAIN_HOURS: '0' is not a whole number from 1 to"),
    ("reports --zz", "nobody knows ZZ="),
]


@pytest.mark.parametrize(("command", "message"), MISTAKES)
def test_a_mistake_is_one_line_in_the_words_of_make(tmp_path: Path, command: str, message: str) -> None:
    environ = {**os.environ, "MAKELEVEL": "1", "STATE_DIR": str(tmp_path / "none"), "QUERY": ""}
    process = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert (process.returncode, process.stdout, process.stderr.count("\n")) == (2, "", 1), process.stderr
    assert message in process.stderr
    assert not (tmp_path / "none").exists()


def test_a_query_that_is_no_text_is_refused(tmp_path: Path) -> None:
    environ = {**os.environb, b"QUERY": b"select '\xff'", b"STATE_DIR": bytes(tmp_path)}
    process = subprocess.run(
        [sys.executable, "-m", "spark.sql"], cwd=ROOT, env=environ, capture_output=True, check=False
    )
    assert (process.returncode, process.stderr) == (
        2,
        b"error: the query is not UTF-8; type it in a terminal that is\n",
    )


def test_ctrl_c_is_said_once_and_then_ends_what_a_library_does() -> None:
    program = (
        "import os, signal, time; from common.errors import entry_point; from common.shutdown import hear_ctrl_c\n"
        "def main():\n"
        "    signal.signal(signal.SIGINT, lambda *_: print('the library ends', flush=True))\n"
        "    hear_ctrl_c(ends=True)\n"
        # What is asleep is woken by the signal; this is how long it may take.
        "    os.kill(os.getpid(), signal.SIGINT); time.sleep(5)\n"
        "entry_point(main)()"
    )
    process = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    message = "interrupted: what is under way ends first\nstopped; run the same command again to go on\n"
    assert (process.returncode, process.stdout, process.stderr) == (130, "the library ends\n", message)


def test_without_make_an_option_is_called_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAKELEVEL", raising=False)
    assert errors.as_typed("--orders: no such file") == "--orders: no such file"
    assert errors.flag("force") == "--force"
    monkeypatch.setenv("MAKELEVEL", "1")
    assert errors.as_typed("--shift-to 2030-01-01 lies in the future") == "SHIFT_TO=2030-01-01 lies in the future"
    assert errors.flag("accept-loss") == "ACCEPT_LOSS=1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "org.apache.hive.service.cli.HiveSQLException: Error running query: [PARSE_SYNTAX_ERROR] "
            "org.apache.spark.sql.catalyst.parser.ParseException: \n[PARSE_SYNTAX_ERROR] Syntax error at or near "
            "'selec'. SQLSTATE: 42601 (line 1, pos 0)\n\n== SQL ==\nselec 1\n^^^",
            "[PARSE_SYNTAX_ERROR] Syntax error at or near 'selec'. SQLSTATE: 42601 (line 1, pos 0)",
        ),
        (
            "Error running query: [TABLE_OR_VIEW_NOT_FOUND] org.apache.spark.sql.AnalysisException: "
            "[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found. SQLSTATE: 42P01; line 1 pos 14;\n'P",
            "[TABLE_OR_VIEW_NOT_FOUND] The table or view `x` cannot be found. SQLSTATE: 42P01; line 1 pos 14",
        ),
        ("", "it gave no reason"),
    ],
)
def test_of_the_engines_words_its_sentence_is_told_once(text: str, message: str) -> None:
    assert thrift.sentence(text) == message


def test_a_long_sentence_ends_with_a_word() -> None:
    assert thrift.sentence("word " * 200).endswith("word …")
