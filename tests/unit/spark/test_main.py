"""Several steps of several tasks in one process: what one of them cannot do keeps none of the others from theirs."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

import spark.__main__ as jobs
from common.errors import UserError


def test_a_task_that_fails_is_said_at_the_end_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def job(_spark: object, _config: object, step: str, task: str) -> object:
        def run() -> str:
            if (step, task) == ("train", "churn"):
                raise UserError("churn: a leak")
            return f"{task}: {step} done"

        return run

    monkeypatch.setattr(jobs, "session", lambda *_: SimpleNamespace(stop=lambda: None))
    monkeypatch.setattr(jobs, "hold", lambda *_: nullcontext())
    monkeypatch.setattr(jobs, "job", job)
    with pytest.raises(UserError, match=r"^churn: a leak$"):
        jobs.main(["train", "score"])
    summaries = capsys.readouterr().out.splitlines()[:-1]
    assert summaries == [
        *(f"{task}: train done" for task in ("satisfaction", "segments")),
        *(f"{task}: score done" for task in jobs.TASKS),
    ]
