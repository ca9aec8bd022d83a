"""How far a replay came, so that one that was interrupted goes on behind what is acknowledged."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from common.files import replace_file
from common.kafka_topics import Topic
from common.settings import Settings
from streaming.replay.mapping import Mapping as Columns


def identity_of(mapping: Columns, run: Mapping[str, str | None], topics: list[Topic]) -> dict[str, Any]:
    """Return what must be the same for a replay to go on: its options, its mapping's content, and the topics."""
    content = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(mapping).items()}
    digest = hashlib.sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()
    return {**run, "mapping_sha256": digest, "topic_ids": {topic.name: topic.topic_id for topic in topics}}


class Progress:
    """How many messages of a file, from the first one on, one source's replay has acknowledged."""

    def __init__(self, settings: Settings, digest: str, identity: Mapping[str, Any]) -> None:
        """Take the file's hash and what the progress is bound to, `source` among it."""
        self.path = settings.path("replays", f"{digest}.{identity['source']}.progress")
        self.identity = dict(identity)

    def load(self) -> int:
        """Return the number, 0 where there is none or it belongs to another identity."""
        try:
            content = json.loads(self.path.read_text("utf-8"))
            return int(content["acknowledged"]) if content["identity"] == self.identity else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def store(self, acknowledged: int) -> None:
        """Keep the number; the file is replaced whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, json.dumps({"identity": self.identity, "acknowledged": acknowledged}) + "\n")

    def clear(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)
