"""The detectors beside ours find what is far off, in their own environment, and score an order by the past alone."""

from pathlib import Path

import numpy as np
import pytest

from bench import environment, measure, peers
from common.settings import ROOT

ORDERS, ODD = 400, 390
NAMES = {"isolation forest", "half-space trees", "xStream", "z-score of the customer"}


def scores(folder: Path, features: np.ndarray) -> dict[str, np.ndarray]:
    """Return what each detector says of orders of five customers in two months."""
    known, answer = folder / "known.npz", folder / "scores.npz"
    np.savez(known, features=features, months=np.arange(ORDERS) // 200, customers=np.arange(ORDERS) % 5)
    command = [environment.interpreter(), peers.HERE / "peer_detectors.py", known, answer]
    measure.run([str(one) for one in command], {"PATH": ""}, ROOT)
    with np.load(answer) as file:
        return dict(file)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Scores of orders of which one is far off, and of the same ones where it is not."""
    usual = np.random.default_rng(0).normal(size=(ORDERS, 3))
    odd = usual.copy()
    odd[ODD] += 20
    folders = (tmp_path_factory.mktemp(name) for name in ("odd", "usual"))
    first, second = (scores(folder, features) for folder, features in zip(folders, (odd, usual), strict=True))
    return first, second


def test_each_scores_what_is_far_off_above_nearly_all(
    both: tuple[dict[str, np.ndarray], dict[str, np.ndarray]],
) -> None:
    odd, _ = both
    assert odd.keys() == NAMES
    for name, values in odd.items():
        assert (values[200:] >= values[ODD]).sum() <= 5, name


def test_none_knows_what_comes_later(both: tuple[dict[str, np.ndarray], dict[str, np.ndarray]]) -> None:
    odd, usual = both
    for name in NAMES:
        np.testing.assert_array_equal(odd[name][:ODD], usual[name][:ODD], name)
