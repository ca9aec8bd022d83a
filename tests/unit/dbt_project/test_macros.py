"""Every macro says beside its SQL what it takes and what comes of it."""

import re
from pathlib import Path

import pytest
import yaml

from common.settings import ROOT

MACROS = ROOT / "dbt_project" / "macros"
KINDS = {"incremental", "overrides", "rules"}
SIGNATURE = re.compile(r"\{%-? macro (\w+)\((.*?)\)", re.S)


def signatures(path: Path) -> dict[str, list[str]]:
    """Return the arguments of each macro of a file, in their order."""
    return {
        name: [argument.split("=")[0].strip() for argument in arguments.split(",") if argument.strip()]
        for name, arguments in SIGNATURE.findall(path.read_text())
    }


@pytest.mark.parametrize("path", sorted(MACROS.rglob("*.sql")), ids=lambda path: path.stem)
def test_a_macro_of_a_kind_describes_itself_and_each_argument(path: Path) -> None:
    assert path.parent.name in KINDS
    wanted, properties = signatures(path), path.with_suffix(".yml")
    macros = yaml.safe_load(properties.read_text())["macros"] if properties.is_file() else []
    assert {macro["name"]: [one["name"] for one in macro.get("arguments", ())] for macro in macros} == wanted
    for macro in macros:
        assert macro["description"].strip(), macro["name"]
        assert all(one["type"] and one["description"] for one in macro.get("arguments", ())), macro["name"]


def test_no_properties_are_without_macros() -> None:
    assert {path.with_suffix(".sql") for path in MACROS.rglob("*.yml")} <= set(MACROS.rglob("*.sql"))
