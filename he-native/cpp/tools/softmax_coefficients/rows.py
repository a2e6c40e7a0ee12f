"""The rows over which the constants are fitted: centered logits u with |u| <= 2, sampled.

The extremes of functions of the power sums are reached by rows with few distinct values: for the first normalization by
two of them (1, u, exp(u), exp(2u) are a Chebyshev system), for the steps by three as far as hill climbing has found. The
sample therefore holds rows of up to three distinct values, each with its multiplicity.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LARGEST_U = 2.0

# exp(-14) is below 1e-6: beyond this gap to the largest value, the others hardly matter.
_NEAR = 14.0


@dataclass(frozen=True)
class Rows:
    """n rows of up to three distinct values: values[n, 3], counts[n, 3] (the multiplicities, summing to c)."""

    values: np.ndarray
    counts: np.ndarray

    def power_sums(self) -> list[np.ndarray]:
        """s1, s2, s3, s4, each of shape [n]."""
        return [(self.counts * self.values**i).sum(1) for i in (1, 2, 3, 4)]

    def times(self, factor: np.ndarray) -> "Rows":
        """Each row multiplied by its factor[n]."""
        return Rows(self.values * factor[:, None], self.counts)

    def squared(self) -> "Rows":
        return Rows(self.values**2, self.counts)

    def directions(self) -> "Rows":
        """Each row scaled to s2 = 1."""
        return self.times(1 / np.sqrt(self.power_sums()[1]))


def logits(classes: int, exponent: int, points: int, shares: int) -> Rows:
    """Centered rows with |u| <= 2, sampled densely where exp(exponent * u) has classes of similar size.

    points: gaps between the largest value and the smallest, per multiplicities and share
    shares: positions of the middle value between the two others
    """
    values, counts = [], []
    for first in range(1, classes + 1):
        for middle in range(0, classes - first + 1):
            last = classes - first - middle
            if last == 0 and middle > 0:
                continue  # the same as two values
            for share in np.linspace(0, 1, shares) if middle else [0.0]:
                # Values t, t - share * gap, t - gap. Centered: t = top * gap, t - gap = -(1 - top) * gap.
                top = (middle * share + last) / classes
                widest = LARGEST_U * exponent / max(top, 1 - top) if last else 0.0
                near = np.linspace(0, min(widest, _NEAR), points)
                far = np.linspace(_NEAR, widest, 7)[1:] if widest > _NEAR else []
                gap = np.concatenate([near, far]) / exponent
                values.append(np.stack([top * gap, (top - share) * gap, (top - 1) * gap], axis=1))
                counts.append(np.tile([first, middle, last], (len(gap), 1)))
    return Rows(np.concatenate(values), np.concatenate(counts))


def exponentials(u: Rows, exponent: int = 1) -> Rows:
    """exp(exponent * u), where a value of multiplicity 0 becomes 0."""
    return Rows(np.where(u.counts > 0, np.exp(exponent * u.values), 0), u.counts)


def sampling(classes: int) -> tuple[int, int]:
    """points and shares that give up to twenty thousand rows for each number of classes."""
    if classes <= 4:
        return 120, 33
    return (40, 17) if classes <= 8 else (20, 11)
