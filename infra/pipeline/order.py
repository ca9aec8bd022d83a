"""Which steps a job has, in which order; whatever else a step waits for stands with the step."""

import argparse
from dataclasses import replace

from common.settings import Settings
from infra.pipeline import steps
from infra.pipeline.steps import Step

TO_ANSWERS = (steps.INSIGHTS, steps.EXPORT, steps.SERVING, steps.RECONCILE, steps.REPORT)


def steps_of(settings: Settings, args: argparse.Namespace) -> list[Step]:
    """Return the steps of a job.

    A snapshot is loaded after the events, since without a date of its own it takes the lake's clock.
    """
    if args.job == "refresh":
        return [steps.UP, steps.INGEST, steps.MARTS, steps.SCORE, *TO_ANSWERS, steps.docs(settings)]
    feed, load = feeding(args)
    return [
        steps.UP,
        *feed,
        replace(steps.INGEST, after=("up", *(step.name for step in feed))),
        *load,
        steps.MARTS,
        steps.TRAIN_AND_SCORE,
        *TO_ANSWERS,
        steps.docs(settings),
    ]


def feeding(args: argparse.Namespace) -> tuple[list[Step], list[Step]]:
    """Return the steps that feed Kafka and those that load snapshots; with neither given, simulate."""
    feed, load = [], []
    if args.orders:
        options = {"orders": args.orders, "mapping": args.mapping, "source": args.source, "shift_to": args.shift_to}
        feed.append(steps.feed("replay", "streaming.replay", **options))
    if args.snapshot:
        options = {"mapping": args.snapshot_mapping, "snapshot_as_of": args.snapshot_as_of}
        load.append(steps.module("snapshot", "streaming.snapshot", file=args.snapshot, **options))
    if not feed and not load:
        feed.append(steps.feed("simulate", "streaming.simulate", if_empty=True))
    return feed, load
