"""The cubic for the arcsine, and its error in the message."""
from __future__ import annotations

import numpy as np

from .eval_mod import Setting


def error(setting: Setting, gain: float, bound: float, largest: float) -> float:
    """max |cubic - message| for |message| <= largest.

    arcsin s = s + s^3 / 6 + 3 s^5 / 40, with s^5 replaced by its best cubic on |s| <= S: (20 S^2 s^3 - 5 S^4 s) / 16.
    """
    ratio = setting.magnification(gain)
    message = np.linspace(0, largest, 4001)
    s = np.sin(message / ratio)
    end = bound / ratio
    first = ratio * (1 - 3 / 40 * 5 / 16 * end**4)
    third = ratio * (1 / 6 + 3 / 40 * 20 / 16 * end**2)
    return float(np.abs(first * s + third * s**3 - message).max())
