"""A simulation of EvalMod on doubles, with Gaussian noise where the engine rescales."""
from __future__ import annotations

from dataclasses import dataclass
from math import ceil, pi, sqrt

import numpy as np
from scipy.special import jv

from . import overflow

SLOTS = 1 << 15
BATCHES = 12


@dataclass(frozen=True)
class Setting:
    """What does not depend on the constants that are chosen here."""

    ring_degree: int
    weight: int  # Hamming weight of the sparse secret
    log_base: float  # log2 q0
    log_scale: float  # of messages
    log_eval_mod: float  # of EvalMod
    bound: float = 2.0  # the largest message

    def noise(self) -> float:
        """Standard deviation of what a rescaling leaves in a real slot, divided by EvalMod's scale.

        Rounding both parts leaves c0' + c1' s with uniform coefficients on [-1/2, 1/2] and a dense ternary s, two thirds
        of which are not 0. The real part of a slot sums N of them, each times a cosine.
        """
        variance = (1 + self.ring_degree * 2 / 3) / 12
        return sqrt(self.ring_degree / 2 * variance) / 2**self.log_eval_mod

    def magnification(self, gain: float) -> float:
        """d message / d s = q0 / (2 pi message_scale)."""
        return 2 ** (self.log_base - self.log_scale) / gain / (2 * pi)


@dataclass(frozen=True)
class Choice:
    largest_overflow: int
    periods: int
    double_angles: int
    degree: int

    @property
    def shift(self) -> float:
        return self.periods - 0.25

    @property
    def range(self) -> float:
        """The least whole number that |t + shift| does not exceed, for messages up to q0 / 8."""
        return float(ceil(self.largest_overflow + 1 / 8 + self.shift))

    @property
    def coefficients(self) -> np.ndarray:
        """cos(w x) = J0(w) + 2 sum over k of (-1)^k J_2k(w) T_2k(x), and T_2k(x) = T_k(v)."""
        k = np.arange(self.degree + 1)
        w = 2 * pi * self.range / 2**self.double_angles
        return np.where(k == 0, 1, 2) * (-1.0) ** k * jv(2 * k, w)

    @property
    def levels(self) -> int:
        """T_2, the polynomial, the double angles, the cubic."""
        return 1 + self.degree.bit_length() + self.double_angles + 2

    @property
    def relinearizations(self) -> int:
        powers = self.degree.bit_length() - 1
        return 1 + powers + _factors(self.degree + 1) + 1 + self.double_angles + 2


def _factors(count: int) -> int:
    """Relinearizations inside a polynomial of that many coefficients: one per factor of a product that is not linear."""
    if count <= 2:
        return 0
    half = 1 << ((count - 1).bit_length() - 1)
    high = count - half
    return _factors(half) + (1 + _factors(high) if high > 2 else 0)


def sine(choice: Choice, t: np.ndarray, noisy) -> np.ndarray:
    """sin(2 pi t), with noisy(value) at each rescaling: the operations of Bootstrapper::eval_mod in their order."""
    x = noisy((t + choice.shift) / choice.range)
    powers = [noisy(2 * x * x - 1)]
    while 1 << len(powers) < choice.degree + 1:
        powers.append(noisy(2 * powers[-1] ** 2 - 1))
    s = noisy(_polynomial(powers, choice.coefficients, noisy))
    for _ in range(choice.double_angles):
        s = noisy(2 * s * s - 1)
    return s


def _polynomial(powers: list, c: np.ndarray, noisy) -> np.ndarray:
    """circuits::evaluate_chebyshev before its last rescaling."""
    if len(c) == 2:
        return powers[0] * c[1] + c[0]
    half = 1 << ((len(c) - 1).bit_length() - 1)
    low, high = c[:half].copy(), c[half:].copy()
    for j in range(1, len(high)):
        low[half - j] -= high[j]
        high[j] *= 2
    power = powers[half.bit_length() - 1]
    product = power * high[0] if len(high) == 1 else noisy(_polynomial(powers, high, noisy)) * power
    return product + noisy(_polynomial(powers, low, noisy))


def cut_off_error(setting: Setting, choice: Choice) -> float:
    """max |s - sin(2 pi t)| without noise: of the series that was cut off."""
    message = np.linspace(-1, 1, 33) * setting.bound / 2 ** (setting.log_base - setting.log_scale)
    integers = np.arange(-choice.largest_overflow, choice.largest_overflow + 1)
    t = (integers[:, None] + message).ravel()
    return float(np.abs(sine(choice, t, lambda y: y) - np.sin(2 * pi * t)).max())


def noise(setting: Setting, choice: Choice) -> tuple[float, float]:
    """Error of s by noise: root mean square, and the largest of 2^15 slots, on average over batches of so many."""
    random = np.random.default_rng(1)
    probabilities = overflow.distribution(setting.weight)
    integers = random.choice(list(probabilities), SLOTS * BATCHES, p=np.array(list(probabilities.values())))
    t = integers + random.uniform(-1, 1, SLOTS * BATCHES) / 2 ** (setting.log_base - setting.log_scale)
    deviation = setting.noise()
    error = sine(choice, t, lambda y: y + deviation * random.standard_normal(len(y))) - sine(choice, t, lambda y: y)
    return float(np.sqrt(np.mean(error**2))), float(np.abs(error.reshape(BATCHES, SLOTS)).max(1).mean())
