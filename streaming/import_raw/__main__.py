"""Send the files of the raw zone to Kafka, each once: a line is one event as JSON.

They lie below /lake/raw/events/<topic>/, those that Flume has put there below /lake/flume/<topic>/.
"""

from collections.abc import Sequence
from itertools import islice

from common import locks
from common.cli import Parser
from common.contracts.model import Contracts, load
from common.errors import UserError, entry_point
from common.lake_paths import FLUME_EVENTS, RAW_EVENTS
from common.settings import Settings, read_settings
from common.webhdfs import WebHdfs
from streaming import producer, topics
from streaming.import_raw import raw_files
from streaming.import_raw.lines import Tally, messages
from streaming.import_raw.raw_files import RawFile
from streaming.replay import finished
from streaming.replay.resume import Progress

IDENTITY = "streaming"
MAPPING = "raw events"
NOTHING = (
    f"nothing to import: there is no file below {RAW_EVENTS}/<topic>/, nor, by Flume, below {FLUME_EVENTS}/<topic>/;"
    " put files there, a line of which is one event"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Send what was not sent yet; a file that cannot be read is named, and the others are sent all the same."""
    Parser(prog="python -m streaming.import_raw", description=__doc__).parse_args(argv)
    settings = read_settings()
    contracts = load(settings.contracts_dir)
    hdfs = WebHdfs.of(settings, IDENTITY)
    with locks.hold(settings, "replay", "import-raw"):
        files, unfinished = raw_files.find(hdfs, [one.topic for one in contracts.topics])
        if not files and not unfinished:
            print(NOTHING)
            return
        topics.ensure(settings, contracts.topics)
        faults, sent, tally = [], 0, Tally()
        for file in files:
            try:
                sent += send_file(settings, hdfs, contracts, file, tally)
            except UserError as error:
                faults.append(str(error))
    later = f"; not whole yet: {', '.join(unfinished)}" if unfinished else ""
    print(f"{sent:,} of {len(files):,} files sent, the others were before; {tally}{later}")
    if faults:
        raise UserError("; ".join(faults))


def send_file(settings: Settings, hdfs: WebHdfs, contracts: Contracts, file: RawFile, tally: Tally) -> bool:
    """Send a file behind what an interrupted run has sent of it; return whether it was not sent before.

    Raises:
        UserError: it cannot be read, or changed meanwhile; it is not known as sent then.
    """
    digest = raw_files.check(hdfs, file)
    identity = {"source": file.topic, "mapping": MAPPING, "shift_to": None}
    if finished.find(settings, digest, identity):
        return False
    [topic] = topics.describe(settings, [file.topic])
    progress = Progress(settings, digest, {**identity, "topic_ids": {topic.name: topic.topic_id}})
    before, own = progress.load(), Tally()
    with raw_files.lines(hdfs, file) as (lines, _):
        producer.send(
            settings,
            islice(messages(lines, file.name, contracts.of(file.topic), own), before, None),
            None,
            f"import {file.name}",
            lambda count: progress.store(before + count),
        )
    raw_files.require_unchanged(hdfs, file)
    finished.record(settings, digest, {"file": file.name, **identity, "summary": str(own)})
    progress.clear()
    tally.counts.update(own.counts)
    print(f"{file.name}: {own}", flush=True)
    return True


if __name__ == "__main__":
    entry_point(main)()
