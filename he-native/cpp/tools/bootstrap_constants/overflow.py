"""The overflow I of a coefficient when the modulus is raised: I q0 = c0 + c1 s - m, all coefficients centered modulo q0.

c0 and c1 are uniform modulo q0, s has h coefficients 1 or -1: (c0 + c1 s) / q0 is a sum of h + 1 independent uniform
numbers on [-1/2, 1/2] (up to 1 / q0), and I is that sum rounded, up to the message.
"""
from __future__ import annotations

from fractions import Fraction
from math import comb, factorial, log2


def log2_fraction(p: Fraction) -> float:
    """log2 of a probability, also of one below the smallest double."""
    return log2(p.numerator) - log2(p.denominator) if p else float("-inf")


def tail(weight: int, x: Fraction) -> Fraction:
    """P(|sum of weight + 1 uniform numbers on [-1/2, 1/2]| > x), for x >= 0: twice the Irwin-Hall distribution function."""
    n = weight + 1
    z = Fraction(n, 2) - x
    if z <= 0:
        return Fraction(0)
    return 2 * sum((-1) ** k * comb(n, k) * (z - k) ** n for k in range(int(z) + 1)) / factorial(n)


def exceeds(weight: int, bound: int) -> Fraction:
    """P(|I| > bound) of one coefficient."""
    return tail(weight, Fraction(2 * bound + 1, 2))


def largest(weight: int) -> int:
    """The bound that |I| never exceeds."""
    return next(bound for bound in range(weight + 1) if exceeds(weight, bound) == 0)


def distribution(weight: int) -> dict:
    """I -> P(I)."""
    bound = largest(weight)
    at_least = [Fraction(1)] + [tail(weight, Fraction(2 * i - 1, 2)) for i in range(1, bound + 2)]  # P(|I| >= i)
    half = {i: (at_least[i] - at_least[i + 1]) / (1 if i == 0 else 2) for i in range(bound + 1)}
    return {i: float(half[abs(i)]) for i in range(-bound, bound + 1)}
