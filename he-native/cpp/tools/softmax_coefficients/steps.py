"""The formulas of start and steps on rows, and their objective."""
from __future__ import annotations

from math import cosh

import numpy as np

from .rows import LARGEST_U, Rows, exponentials, logits, sampling
from .table import Step

WIDENED = 1.006
NORMS = 9


def features(q: tuple | None, rows: Rows) -> np.ndarray:
    """[n, 5], or [n, 3] in the short form: the root of s2 after the step is features @ b."""
    s1, s2, s3, s4 = rows.power_sums()
    root = np.sqrt(s4)
    if q is None:
        return np.stack([root, root * s1, root * s2], axis=1)
    factor = q[0] + q[1] * s1 - s2
    root = root * factor
    return np.stack([root, root * s1, root * s2, root * s3, root * (s4 + factor**2)], axis=1)


def applied(step: Step, rows: Rows) -> Rows:
    """The rows after the step."""
    return rows.squared().times(features(step.q, rows) @ np.array(step.b) / np.sqrt(rows.power_sums()[3]))


def started(a: float, b: float, u: Rows) -> Rows:
    """exp(u) after the start."""
    y = exponentials(u)
    return y.times(a - b * y.power_sums()[0])


def before(classes: int, a: float, b: float, index: int, interval: tuple, points: int, shares: int) -> Rows:
    """The rows over which step `index`, from 0, is fitted."""
    u = logits(classes, 2**index, points, shares)
    if index == 0:
        return started(a, b, u)
    directions = exponentials(u, 2**index).directions()
    norms = np.sqrt(np.linspace(interval[0], interval[1], NORMS))
    values = (directions.values[:, None, :] * norms[:, None]).reshape(-1, 3)
    return Rows(values, np.repeat(directions.counts, NORMS, axis=0))


def error(step: Step, rows: Rows) -> float:
    """E = max |1 - sqrt(s2 after the step)|."""
    return float(np.abs(features(step.q, rows) @ np.array(step.b) - 1).max())


def interval_after(step: Step, rows: Rows) -> tuple:
    root = features(step.q, rows) @ np.array(step.b)
    return float(root.min() ** 2), float(root.max() ** 2)


def intervals_of_rows(classes: int, a: float, b: float, chain: tuple, points: int, shares: int) -> list[tuple]:
    """Lowest and highest s2 of real rows after the start and after each step of the chain."""
    lows, highs = [], []
    for index in range(len(chain) + 1):  # where the rows are sampled densely
        y = started(a, b, logits(classes, 2**index, points, shares))
        squares = [y.power_sums()[1]]
        for step in chain:
            y = applied(step, y)
            squares.append(y.power_sums()[1])
        lows.append([s2.min() for s2 in squares])
        highs.append([s2.max() for s2 in squares])
    return list(zip(np.min(lows, axis=0), np.max(highs, axis=0)))


def widened(interval: tuple) -> tuple:
    return interval[0] / WIDENED, interval[1] * WIDENED


def start(classes: int) -> tuple:
    """a, b and the interval of s2 that they leave."""
    pairs, rest = divmod(classes, 2)
    largest = 2 * pairs * cosh(LARGEST_U) + rest  # half the logits 2, half -2
    slope = 1 / (classes + largest)
    points, _ = sampling(classes)
    s2 = started(1, slope, logits(classes, 1, 100 * points, 2)).power_sums()[1]
    scale = (s2.min() * s2.max()) ** -0.25
    return float(scale), float(scale * slope), (float(scale**2 * s2.min()), float(scale**2 * s2.max()))
