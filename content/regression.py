"""Multinomial logistic regression on numbered features, by Adam in numpy; used only to train."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from content.features import BUCKETS, Features

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Recipe:
    """What cross-validation chose; docs/why/finding.md tells how."""

    blocks: tuple[float, ...] = (2.0, 1.0, 2.0, 1.0)  # words, letters, tones, strangeness
    rounds: int = 6
    batch: int = 512
    rate: float = 0.02
    decay: float = 2e-6


@dataclass(frozen=True)
class _Batch:
    used: Numbers
    values: NDArray[np.float16]
    right: Numbers


def fit(rows: Sequence[Features], truth: Numbers, width: int, seed: int, recipe: Recipe) -> tuple[Floats, Floats]:
    """Weights (a row for each bucket, a column for each label) and bias. The same input gives the same output."""
    order = np.random.default_rng(seed)
    mixed = order.permutation(len(rows))
    parts = np.array_split(mixed, max(1, len(rows) // recipe.batch))
    batches = [_batch([rows[i] for i in part], truth[part], recipe.blocks) for part in parts]
    share = np.bincount(truth, minlength=width).astype(np.float32)
    worth = np.sqrt(share.mean() / share)  # small topics count a little more each
    weights, bias = np.zeros((BUCKETS, width), np.float32), np.zeros(width, np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for turn in range(recipe.rounds):
        rate = recipe.rate * (1 - turn / recipe.rounds + 0.05)
        for number in order.permutation(len(batches)):
            batch = batches[number]
            used, x = batch.used, batch.values.astype(np.float32)
            slope = _slope(x @ weights[used] + bias, batch.right)
            slope *= worth[batch.right][:, None] / len(batch.right)
            gradient = x.T @ slope + recipe.decay * weights[used]
            first[used] = 0.9 * first[used] + 0.1 * gradient
            second[used] = 0.99 * second[used] + 0.01 * gradient**2
            weights[used] -= rate * first[used] / (np.sqrt(second[used]) + 1e-6)
            bias -= rate * slope.sum(axis=0)
    return weights, bias


def _slope(scores: Floats, right: Numbers) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    shares[np.arange(len(right)), right] -= 1
    return shares


def _batch(rows: Sequence[Features], right: Numbers, blocks: Sequence[float]) -> _Batch:
    places, columns, values = [], [], []
    for place, row in enumerate(rows):
        for weight, numbers in zip(blocks, row.blocks(), strict=True):
            places += [place] * len(numbers)
            columns += numbers
            values += [weight / max(1, len(numbers)) ** 0.5] * len(numbers)
    used, inverse = np.unique(np.array(columns), return_inverse=True)
    dense = np.zeros((len(rows), len(used)), np.float32)
    np.add.at(dense, (np.array(places), inverse), np.array(values, np.float32))
    return _Batch(used, dense.astype(np.float16), right)
