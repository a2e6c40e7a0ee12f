"""Fits a table from nothing."""
from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from . import steps
from .minimax import minimax
from .rows import LARGEST_U, sampling
from .table import Entry, Step

# Which steps are short: where the interval of s2 is narrow enough for them, chosen for the fewest levels.
FORMS = {2: "LSSSS", 3: "LSSLS", 4: "LLSLS"}
LONG = "LLLLLL"

EXPONENTIAL_DIVISOR = 1.001

# Starts of the search for q0, q1: the two regions in which the best ones were found.
STARTS = ((1.4, 0.3), (4.5, -0.8))


def exponential() -> tuple[np.ndarray, float]:
    """e0 .. e8, and max |(P' - P) / exp(u)| of P with P(0) = 1."""
    u = np.linspace(-LARGEST_U, LARGEST_U, 20001)
    # In v = u / 2, of which the powers are better conditioned: (P' - P) / exp(u) = sum over j of f_j v^j-terms - exp(-u).
    v, weight = u / LARGEST_U, np.exp(-u)
    slopes = [(j / LARGEST_U * v ** (j - 1) - v**j) * weight for j in range(1, 9)]
    b, bound = minimax(np.stack(slopes, axis=1), weight)
    return np.append(1.0, b / LARGEST_U ** np.arange(1, 9)) / EXPONENTIAL_DIVISOR, bound


def best_b(q: tuple | None, rows) -> tuple[tuple, float]:
    b, bound = minimax(steps.features(q, rows))
    return tuple(float(x) for x in b), bound


def best_long(rows, starts=STARTS, evaluations=80) -> tuple[tuple, tuple, float]:
    """q, b and E of the best long step that Nelder-Mead finds from the starts."""
    found = []
    for q in starts:
        simplex = [q, (q[0] * 1.05, q[1]), (q[0], q[1] + 0.05)]
        result = minimize(
            lambda x: best_b(tuple(x), rows)[1],
            q,
            method="Nelder-Mead",
            options={"maxfev": evaluations, "initial_simplex": simplex, "xatol": 1e-4, "fatol": 1e-7},
        )
        found.append((result.fun, tuple(float(x) for x in result.x)))
    bound, q = min(found)
    return q, best_b(q, rows)[0], bound


def entry(classes: int, report=lambda line: None) -> Entry:
    a, b, interval = steps.start(classes)
    points, shares = sampling(classes)
    fitted = []
    for index, form in enumerate(FORMS.get(classes, LONG)):
        rows = steps.before(classes, a, b, index, interval, points, shares)
        q, coefficients = None, None
        if form == "S":
            coefficients, bound = best_b(None, rows)
        else:
            q, coefficients, bound = best_long(rows)
        after = steps.interval_after(Step(q, coefficients, interval, interval), rows)
        fitted.append(Step(q, coefficients, interval, after))
        report(f"{classes} classes, step {index + 1}: E = {bound:.6f}")
        interval = steps.widened(after)
    return Entry(a, b, tuple(fitted))
