"""`.env.example` names every setting, and its values are the defaults."""

import re
from pathlib import Path

from common.settings import ROOT, read_settings

EXAMPLE = ROOT / ".env.example"
NOWHERE = Path("/nonexistent")


def assignments() -> dict[str, str]:
    lines = re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE.read_text(), flags=re.MULTILINE)
    return dict(lines)


def test_every_setting_is_there() -> None:
    source = (ROOT / "common" / "settings.py").read_text()
    known = set(re.findall(r'values\.get\("([A-Z_]+)"\)|number\(values, "([A-Z_]+)"', source))
    assert {one or other for one, other in known} == set(assignments())


def test_the_values_are_the_defaults() -> None:
    changed = {"STATE_DIR": ".state", "DBT_TARGET_PATH": str(ROOT / "dbt_project" / "target")}
    assert read_settings({**assignments(), **changed}, NOWHERE) == read_settings({}, NOWHERE)


def test_as_it_stands_it_changes_nothing() -> None:
    assert read_settings({}, EXAMPLE) == read_settings({}, NOWHERE)
