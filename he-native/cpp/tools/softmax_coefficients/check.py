"""Measures a table against the objectives, and says what it violates."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import fit, steps
from .rows import sampling
from .table import Entry, Step, Table

# Tolerances. The fit of the committed numbers used other samples; the largest values found are in brackets.
START = 1e-6  # relative, of a, b and the first interval [4.1e-7: its sample of 3 classes missed the highest s2]
EXPONENTIAL = 1e-7  # absolute, of e0 .. e8: the tolerance of the solver that was used [2.4e-8]
WIDENED = 1e-12  # relative, of an interval and the widened one before it [2e-16]
STEP = 1.05  # E of a step by the smallest E for its q0, q1 [1.04]
AFTER = 1.07  # s2 after a step, independent s2 and directions, outside the interval [1.063]
REAL_ROWS = 1.055  # s2 of real rows outside the intervals [1.051, 16 classes after the last step]


@dataclass(frozen=True)
class Finding:
    what: str
    actual: float
    allowed: float

    @property
    def violated(self) -> bool:
        return not self.actual <= self.allowed

    def __str__(self) -> str:
        return f"{self.what}: expected at most {self.allowed:g}, actual {self.actual:.3g}"


def exponential(table: Table) -> list[Finding]:
    expected, _ = fit.exponential()
    # The fit is of P(0) = 1; the common factor of the committed polynomial is its own.
    actual = table.exponential / table.exponential[0] * expected[0]
    return [
        Finding("exponential: |e0 * 1.001 - 1|", abs(table.exponential[0] * fit.EXPONENTIAL_DIVISOR - 1), EXPONENTIAL),
        Finding("exponential: largest difference to the optimum", float(np.abs(actual - expected).max()), EXPONENTIAL),
    ]


def entry(classes: int, committed: Entry) -> list[Finding]:
    name = f"{classes} classes"
    a, b, interval = steps.start(classes)
    first = committed.steps[0].before
    pairs = ((committed.a, a), (committed.b, b), (first[0], interval[0]), (first[1], interval[1]))
    findings = [Finding(f"{name}, start: relative difference", max(_relative(*pair) for pair in pairs), START)]
    for index, step in enumerate(committed.steps):
        where = f"{name}, step {index + 1}"
        if index > 0:
            expected = steps.widened(committed.steps[index - 1].after)
            difference = max(map(_relative, step.before, expected))
            findings.append(Finding(f"{where}: interval by the widened one before", difference, WIDENED))
        findings += _step(where, step, steps.before(classes, a, b, index, step.before, *sampling(classes)))
    stated = [step.before for step in committed.steps] + [committed.steps[-1].after]
    real = steps.intervals_of_rows(classes, committed.a, committed.b, committed.steps, *sampling(classes))
    findings.append(Finding(f"{name}, real rows: s2 by its interval", max(map(_outside, stated, real)), REAL_ROWS))
    return findings


def _step(where: str, step: Step, rows) -> list[Finding]:
    _, smallest = fit.best_b(step.q, rows)
    return [
        Finding(f"{where}: E by the smallest", steps.error(step, rows) / smallest, STEP),
        Finding(f"{where}: s2 after by its interval", _outside(step.after, steps.interval_after(step, rows)), AFTER),
    ]


def _relative(actual: float, expected: float) -> float:
    return abs(actual / expected - 1)


def _outside(interval: tuple, found: tuple) -> float:
    """The factor by which the interval would have to be widened to hold what was found."""
    return max(interval[0] / found[0], found[1] / interval[1], 1.0)
