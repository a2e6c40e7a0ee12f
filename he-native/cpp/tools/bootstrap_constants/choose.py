"""The rules by which the constants follow from the tables."""
from __future__ import annotations

from dataclasses import dataclass, replace

from . import arcsine, eval_mod, overflow
from .eval_mod import Choice, Setting

MOST_PERIODS = 16
MOST_DOUBLE_ANGLES = 5
DEGREES = (15, 19, 23, 27, 31, 39, 47, 51, 55, 63)
CUT_OFF = 2.0**-6  # of the rms noise
WORST = 2.0  # of the best worst slot
CUBIC = 2.0**-22.5  # error of the cubic for |message| <= 1; the noise of the worst slot is 2^-20.9
STEP = 0.1


@dataclass(frozen=True)
class Row:
    choice: Choice
    cut_off: float
    rms: float
    worst: float


def measured(setting: Setting, choice: Choice) -> Row:
    return Row(choice, eval_mod.cut_off_error(setting, choice), *eval_mod.noise(setting, choice))


def periods_table(setting: Setting, choice: Choice) -> list[Row]:
    return [measured(setting, replace(choice, periods=p)) for p in range(0, MOST_PERIODS + 1)]


def periods(table: list[Row]) -> int:
    return min((row for row in table if row.cut_off <= CUT_OFF * row.rms), key=lambda row: row.rms).choice.periods


def polynomial_table(setting: Setting, choice: Choice) -> list[Row]:
    """Per number of double angles the degrees up to the first two that are long enough."""
    rows = []
    for angles in range(1, MOST_DOUBLE_ANGLES + 1):
        enough = 0
        for degree in DEGREES:
            row = measured(setting, replace(choice, double_angles=angles, degree=degree))
            if row.cut_off > 1:
                continue  # not an approximation at all
            rows.append(row)
            enough += row.cut_off <= CUT_OFF * row.rms
            if enough == 2:
                break
    return rows


def polynomial(table: list[Row], levels: int) -> tuple[int, int]:
    """Double angles and degree."""
    allowed = [row for row in table if row.choice.levels <= levels and row.cut_off <= CUT_OFF * row.rms]
    best = min(row.worst for row in allowed)
    row = min((row for row in allowed if row.worst <= WORST * best), key=lambda row: row.choice.relinearizations)
    return row.choice.double_angles, row.choice.degree


def cubic_allowed(setting: Setting, gain: float, bound: float) -> bool:
    return arcsine.error(setting, gain, bound, 1) <= CUBIC


def cubic_cannot_be_raised(setting: Setting, gain: float, bound: float) -> bool:
    """Whether the pair is one that may be chosen."""
    return cubic_allowed(setting, gain, bound) and not (
        cubic_allowed(setting, gain + STEP, bound) or cubic_allowed(setting, gain, bound + STEP)
    )


def largest_bound(setting: Setting, gain: float) -> float | None:
    """In tenths, at most the largest message and at least 1."""
    tenths = [i / 10 for i in range(10, round(10 * setting.bound) + 1)]
    return max((bound for bound in tenths if cubic_allowed(setting, gain, bound)), default=None)


def largest_overflow(setting: Setting) -> int:
    return overflow.largest(setting.weight)
