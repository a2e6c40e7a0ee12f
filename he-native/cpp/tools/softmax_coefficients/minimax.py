"""Linear Chebyshev approximation on a finite set, as a linear program that grows by its worst points (exchange)."""
from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

_TOLERANCE = 1e-5
_FIRST, _MORE, _MOST_EXCHANGES = 60, 40, 50


def minimax(features: np.ndarray, target: np.ndarray | float = 1.0) -> tuple[np.ndarray, float]:
    """The b that minimizes max |features @ b - target| and a lower bound of that maximum.

    features: [n, m], n points, m unknowns. target: [n]. The bound is the optimum over the points of the last linear program; over all
    points it is larger by a factor of at most 1.00001. The program solves for the correction of the least-squares
    solution, in units of its error, because the solver's tolerances are absolute.
    """
    target = np.broadcast_to(target, len(features))
    b = np.linalg.lstsq(features, target, rcond=None)[0]
    residual = target - features @ b
    unit = np.abs(residual).max()
    target = residual / unit
    chosen = np.unique(np.linspace(0, len(features) - 1, _FIRST).astype(int))
    for _ in range(_MOST_EXCHANGES):
        correction, bound = _solve(features[chosen], target[chosen])
        errors = np.abs(features @ correction - target)
        if errors.max() <= bound * (1 + _TOLERANCE):
            return b + unit * correction, unit * bound
        chosen = np.union1d(chosen, np.argsort(errors)[-_MORE:])
    raise RuntimeError(f"minimax: expected convergence in {_MOST_EXCHANGES} exchanges, actual {bound} and {errors.max()}")


def _solve(features: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    points, unknowns = features.shape
    ones = np.ones((points, 1))
    result = linprog(
        np.append(np.zeros(unknowns), 1.0),
        A_ub=np.block([[features, -ones], [-features, -ones]]),
        b_ub=np.concatenate([target, -target]),
        bounds=[(None, None)] * unknowns + [(0, None)],
        method="highs",
    )
    if result.status != 0:
        raise RuntimeError(f"minimax: expected an optimum, actual {result.message}")
    return result.x[:unknowns], float(result.x[unknowns])
