"""`make views`: what follows from which models are exported; run on a project of its own."""

import shutil
from pathlib import Path

import pytest
import yaml

from common.errors import UserError
from infra.pipeline import views

MART = """
models:
  - name: orders_by_city
    config: {meta: {export: {indexes: [[city]]}}}
    data_tests:
      - rules: {arguments: {grain: [source, city]}}
  - name: not_for_people
    data_tests:
      - rules: {arguments: {grain: [source]}}
"""
CLOCK = "models: [{name: clock, config: {meta: {export: true}}, data_tests: [one_row]}]"
SOURCES = "sources: [{name: models, tables: [{name: drift, config: {meta: {export: {grain: [task]}}}}, {name: kept}]}]"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the models of a small project."""
    for name, text in {"marts": MART, "clock": CLOCK, "sources": SOURCES}.items():
        (tmp_path / f"{name}.yml").write_text(text)
    monkeypatch.setattr(views, "MODELS", tmp_path)
    return tmp_path


def test_the_files_of_the_project_are_as_its_models_have_it() -> None:
    views.main(["--check"])


def test_each_exported_model_has_a_view_of_its_grain(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    views.main([])
    assert capsys.readouterr().out == "2 views of exported models in reporting/exported\n"
    folder = models / views.FOLDER
    assert {path.name for path in folder.iterdir()} == {"exported.yml", "rpt_clock.sql", "rpt_orders_by_city.sql"}
    assert (folder / "rpt_orders_by_city.sql").read_text() == "select * from {{ ref('orders_by_city') }}\n"
    properties = yaml.safe_load((folder / "exported.yml").read_text())
    assert properties["models"] == [
        {"name": "rpt_clock", "description": "One row: `clock` as last exported.", "data_tests": ["one_row"]},
        {
            "name": "rpt_orders_by_city",
            "description": "One row per source and city: `orders_by_city` as last exported.",
            "data_tests": [{"rules": {"arguments": {"grain": ["source", "city"]}}}],
        },
    ]
    assert [(one["name"], one["depends_on"]) for one in properties["exposures"]] == [
        ("export", ["ref('clock')", "ref('orders_by_city')", "source('models', 'drift')"])
    ]


def test_what_is_no_longer_exported_loses_its_view(models: Path) -> None:
    views.main([])
    (models / "clock.yml").unlink()
    with pytest.raises(UserError, match=r"have it: exported\.yml, rpt_clock\.sql; run `make views`"):
        views.main(["--check"])
    assert (models / views.FOLDER / "rpt_clock.sql").is_file()
    views.main([])
    assert not (models / views.FOLDER / "rpt_clock.sql").exists()
    views.main(["--check"])


def test_a_view_that_was_edited_is_named(models: Path) -> None:
    views.main([])
    shutil.copy(models / "clock.yml", models / views.FOLDER / "rpt_clock.sql")
    with pytest.raises(UserError, match=r"have it: rpt_clock\.sql; run"):
        views.main(["--check"])
