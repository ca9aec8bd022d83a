"""When a platform's configuration is rendered again."""

from pathlib import Path

import pytest

from common.settings import ROOT, read_settings
from infra.local import scala
from infra.setup import rendered


def test_every_class_that_is_compiled_counts() -> None:
    # Else a job begun after a change would get the jar of before, which lacks what it calls.
    assert set(scala.SOURCES) <= set(rendered.sources())
    assert {path for folder in ("common", "infra", "streaming") for path in (ROOT / folder).rglob("*.scala")} == set(
        scala.SOURCES
    )


def test_a_configuration_is_current_until_a_file_or_a_setting_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "streaming" / "monitor" / "Score.scala"
    source.parent.mkdir(parents=True)
    source.write_text("object Score")
    monkeypatch.setattr(rendered, "ROOT", tmp_path)
    settings = read_settings({"STATE_DIR": str(tmp_path / "state")}, Path("/nowhere"))
    assert not rendered.is_current(settings)
    stamp = rendered.stamp(settings)
    stamp.parent.mkdir(parents=True)
    stamp.write_text(rendered.fingerprint(settings))
    assert rendered.is_current(settings)
    assert not rendered.is_current(read_settings({"STATE_DIR": str(tmp_path / "state"), "PORT_BASE": "23000"}))
    source.write_text("object Score { val most = 300 }")
    assert not rendered.is_current(settings)


def test_a_configuration_is_rendered_again_with_another_password(tmp_path: Path) -> None:
    values, nowhere = {"STATE_DIR": str(tmp_path)}, Path("/nowhere")
    settings = read_settings(values, nowhere)
    found = [rendered.fingerprint(settings)]
    for text in ("of the file", "another of the file"):
        (tmp_path / "secrets").mkdir(exist_ok=True)
        (tmp_path / "secrets" / "modeler").write_text(text)
        found.append(rendered.fingerprint(settings))
    found.append(rendered.fingerprint(read_settings({**values, "MODELER_PASSWORD": "of .env"}, nowhere)))
    assert len(set(found)) == len(found)
    assert not any("of the file" in one for one in found)
