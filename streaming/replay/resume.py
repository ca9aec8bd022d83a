"""How far a replay came, so that one that was interrupted goes on behind what is acknowledged."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from common.files import replace_file
from common.kafka_topics import Topic
from common.settings import Settings
from streaming.replay.mapping import FileMapping
from streaming.replay.mapping import Mapping as Columns


def mapping_sha256(mapping: Columns) -> str:
    """Return the hash of what a mapping says, but for its name; a key that it does not use changes nothing."""
    content = {name: value for name, value in given(mapping).items() if name != "name"}
    return hashlib.sha256(json.dumps(content, default=plain, sort_keys=True).encode()).hexdigest()


def given(mapping: FileMapping) -> dict[str, Any]:
    """Return the values of a mapping that are not those that stand where nothing is said."""
    content = {}
    for one in fields(mapping):
        value = getattr(mapping, one.name)
        if one.name == "joins":
            # As it was before a sheet could be named.
            value = tuple(join if join.sheet else join[:2] for join in value)
        if value != (one.default_factory() if one.default_factory is not MISSING else one.default):
            content[one.name] = value
    return content


def plain(value: Any) -> Any:
    """Return what JSON lacks as what it has."""
    if isinstance(value, FileMapping):
        return given(value)
    return sorted(value) if isinstance(value, frozenset) else str(value)


def identity_of(run: Mapping[str, str | None], topics: list[Topic]) -> dict[str, Any]:
    """Return what must be the same for a replay to go on: what is sent, and the topics."""
    return {**run, "topic_ids": {topic.name: topic.topic_id for topic in topics}}


class Progress:
    """How many messages of a file, from the first one on, one source's replay has acknowledged."""

    def __init__(self, settings: Settings, digest: str, identity: Mapping[str, Any]) -> None:
        """Take the file's hash and what the progress is bound to, `source` among it."""
        self.path = settings.path("replays", f"{digest}.{identity['source']}.progress")
        self.identity = dict(identity)
        self.began_ms: int | None = None

    def load(self) -> int:
        """Return the number, 0 where there is none or it belongs to another identity; and learn when it began."""
        try:
            content = json.loads(self.path.read_text("utf-8"))
            if content["identity"] != self.identity:
                return 0
            self.began_ms = content.get("began_ms")
            return int(content["acknowledged"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def store(self, acknowledged: int) -> None:
        """Keep the number; the file is replaced whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        began = {} if self.began_ms is None else {"began_ms": self.began_ms}
        replace_file(self.path, json.dumps({"identity": self.identity, "acknowledged": acknowledged, **began}) + "\n")

    def clear(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)
