"""What a backup says of itself, and what of it is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.errors import UserError
from infra.local.archive import Archive
from infra.local.backup_manifest import FORMAT, Manifest, load, require_readable, sign

HERE = {"postgres": "18.6.3", "kafka": "4.4.0", "namenode": "3.5.0"}


@pytest.fixture
def manifest() -> Manifest:
    """A manifest of all stores, without secrets."""
    archives = [Archive(f"{name}.tar.zst", "ab", 10, 1, 4096) for name in ("postgres", "kafka", "hdfs", "files")]
    return Manifest("2025-01-31T00:00:00+00:00", "0.1.0", HERE, sign("secret"), archives)


def test_a_manifest_is_private_and_comes_back_equal(manifest: Manifest, tmp_path: Path) -> None:
    """Whether there are secrets follows from the archives."""
    manifest.save(tmp_path)
    assert (tmp_path / "manifest.json").stat().st_mode & 0o777 == 0o600
    back = load(tmp_path)
    assert back == replace(manifest, archives=tuple(manifest.archives))
    assert not back.has_secrets
    assert back.unpacked_bytes == 4 * 4096
    more = replace(manifest, archives=[*manifest.archives, Archive("secrets.tar.zst", "ab", 10, 1, 4096)])
    assert more.has_secrets


def test_a_folder_without_manifest_is_no_backup(tmp_path: Path) -> None:
    """It is written last, so half a backup has none."""
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UserError, match=rf"{place} is no backup: it has no manifest\.json"):
            load(place)


def as_text(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], str]:
    """Return a change of a manifest as one of its text."""

    def text(fields: dict[str, Any]) -> str:
        change(fields)
        return json.dumps(fields)

    return text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lambda fields: "{", "is damaged"),
        (lambda fields: "[]", "is not of a backup of this project"),
        (lambda fields: '{"format": 1}', "is not of a backup of this project"),
        (as_text(lambda fields: fields.update(kind="a photograph album")), "is not of a backup of this project"),
        (as_text(lambda fields: fields.update(format=FORMAT + 1)), r"of format 2, this project reads 1; .* 0\.1\.0"),
        (as_text(lambda fields: fields.pop("stores")), "is damaged: .*stores"),
        (as_text(lambda fields: fields.update(stores="all")), "is damaged: a field is of the wrong type"),
        (as_text(lambda fields: fields.update(mood="good")), "is damaged: .*mood"),
        (as_text(lambda fields: fields["archives"][0].pop("sha256")), "is damaged: .*sha256"),
        (as_text(lambda fields: fields["archives"][0].update(size="10")), "is damaged: a field is of the wrong type"),
        (as_text(lambda fields: fields["archives"].pop(1)), r"is damaged: kafka\.tar\.zst is not in it"),
        (
            as_text(lambda fields: fields["archives"].append({**fields["archives"][0], "name": "../postgres.tar.zst"})),
            r"is damaged: \.\./postgres\.tar\.zst is no archive of a backup",
        ),
    ],
)
def test_a_foreign_newer_or_damaged_manifest_is_refused(
    manifest: Manifest, tmp_path: Path, text: Callable[[dict[str, Any]], str], message: str
) -> None:
    """Each in one line that says what is wrong."""
    manifest.save(tmp_path)
    path = tmp_path / "manifest.json"
    path.write_text(text(json.loads(path.read_text())))
    with pytest.raises(UserError, match=message):
        load(tmp_path)


@pytest.mark.parametrize(
    ("store", "version", "message"),
    [
        ("kafka", "4.10.0", r"of Kafka 4\.10\.0, here is 4\.4\.0, which cannot read its files"),
        ("namenode", "3.6.0", r"of HDFS 3\.6\.0"),
        ("postgres", "17.9.9", r"of PostgreSQL 17\.9\.9"),
        ("postgres", "19.0", r"of PostgreSQL 19\.0"),
    ],
)
def test_files_that_the_stores_here_cannot_read_are_refused(
    manifest: Manifest, store: str, version: str, message: str
) -> None:
    """Newer ones, and PostgreSQL of any other major version."""
    with pytest.raises(UserError, match=message):
        require_readable(replace(manifest, stores={**HERE, store: version}), HERE)


@pytest.mark.parametrize(("store", "version"), [("kafka", "4.4.0"), ("kafka", "4.3.9"), ("postgres", "18.2.1")])
def test_the_same_and_older_files_are_taken(manifest: Manifest, store: str, version: str) -> None:
    """As each store reads its own past."""
    require_readable(replace(manifest, stores={**HERE, store: version}), HERE)


def test_the_sign_of_a_secret_tells_two_apart_and_not_what_they_are() -> None:
    """Sixteen hex digits of a keyed hash."""
    assert sign("secret") != sign("another")
    assert "secret" not in sign("secret")
    assert len(sign("secret")) == 16
