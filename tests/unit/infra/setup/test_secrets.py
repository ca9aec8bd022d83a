"""Passwords are made once, for their owner alone, and no program takes one for anything else."""

import stat
from pathlib import Path

from common.settings import IDENTITIES, read_settings
from infra.setup import secrets


def test_passwords_are_made_once_private_and_of_letters_and_digits(tmp_path: Path) -> None:
    settings = read_settings({"STATE_DIR": str(tmp_path)})
    assert secrets.ensure(settings) == list(IDENTITIES)
    passwords = {path.name: path.read_text().strip() for path in settings.path("secrets").iterdir()}
    assert len(set(passwords.values())) == len(IDENTITIES)
    # A dash in front is an option to the schema tool of the catalogue, and then no platform comes up.
    assert all(password.isalnum() and len(password) >= 32 for password in passwords.values())
    assert {stat.S_IMODE(path.stat().st_mode) for path in settings.path("secrets").iterdir()} == {0o600}

    settings.path("secrets", "monitor").write_text("")
    assert secrets.ensure(settings) == ["monitor"]
    later = {path.name: path.read_text().strip() for path in settings.path("secrets").iterdir()}
    assert {name for name in passwords if passwords[name] != later[name]} == {"monitor"}
