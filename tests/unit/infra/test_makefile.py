"""What make passes on: a flag that is given as no is no, and what is not given is left to the program."""

import os
import subprocess

import pytest

from common.settings import ROOT


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("recover",), "streaming.recover"),
        (("recover", "ACCEPT_LOSS=0"), "streaming.recover"),
        (("recover", "ACCEPT_LOSS=no"), "streaming.recover"),
        (("recover", "ACCEPT_LOSS=1"), "streaming.recover --accept-loss"),
        (("train",), "spark train"),
        (("promote", "TASK=churn"), "spark promote --task churn"),
        (("rollback", "TASK=segments"), "spark rollback --task segments"),
        (("backup", "TO=backups/a b"), "infra.local backup backups/a b"),
        (("backup", "TO=kept", "SECRETS=1"), "infra.local backup --secrets kept"),
        (("backup", "TO=kept", "SECRETS=0"), "infra.local backup kept"),
        (("restore", "FROM=kept"), "infra.local restore kept"),
        (("doctor",), "infra.local doctor"),
        (("doctor", "PROFILE=team.env"), "infra.cluster team.env"),
        (("simulate",), "streaming.simulate"),
        (("sessionise", "LOGS=a", "SITE=b.c", "RAW=1"), "streaming.sessionise --logs a --site b.c --raw"),
        (("sessionise", "PRODUCT=/p/([0-9]+)$"), "streaming.sessionise --product /p/([0-9]+)$"),
        (("simulate", "DAYS=3", "DURATION=60"), "streaming.simulate --days 3 --duration 60"),
    ],
)
def test_a_target_becomes_its_command(words: tuple[str, ...], command: str) -> None:
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DAYS", "SEED", "RATE", "MODE", "TRUTH", "TASK", "TO", "FROM", "SECRETS", "PROFILE")
        and not name.startswith("MAKE")
    }
    lines = subprocess.run(
        ["make", "-n", *words], cwd=ROOT, env=clean, capture_output=True, text=True, check=True
    ).stdout
    recipe = lines.splitlines()[-1].replace(".venv/bin/python -m", "echo")
    variables = {name: value for word in words[1:] for name, value in [word.split("=")]}
    process = subprocess.run(
        ["bash", "-euc", recipe], env={**clean, **variables}, capture_output=True, text=True, check=True
    )
    assert process.stdout.split() == command.split()
