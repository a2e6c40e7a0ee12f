"""The constants in the C++ sources follow from the tables, and the comments beside them state what the tables say."""
import unittest
from dataclasses import replace
from fractions import Fraction
from math import log2

import mpmath
import numpy as np

from bootstrap_constants import arcsine, choose, eval_mod, overflow, source
from bootstrap_constants.__main__ import setting
from bootstrap_constants.eval_mod import Choice

SETTING = setting()
COMMITTED = source.constants()
CHOICE = Choice(
    COMMITTED["kLargestOverflow"], COMMITTED["kPeriods"], COMMITTED["kDoubleAngles"], COMMITTED["kHalfDegree"]
)
GAIN = COMMITTED["kMessageGain"]


def bits(error):
    return log2(error * SETTING.magnification(GAIN))


class Committed(unittest.TestCase):
    def test_the_largest_overflow_is_never_exceeded(self):
        self.assertEqual(COMMITTED["kLargestOverflow"], choose.largest_overflow(SETTING))

    def test_shift_and_range_follow_from_overflow_and_periods(self):
        self.assertEqual(COMMITTED["kShift"], CHOICE.shift)
        self.assertEqual(COMMITTED["kRange"], CHOICE.range)

    def test_the_number_of_periods_has_the_least_rms_error(self):
        self.assertEqual(COMMITTED["kPeriods"], choose.periods(choose.periods_table(SETTING, CHOICE)))

    def test_double_angles_and_degree_are_the_cheapest_of_the_most_precise(self):
        chosen = choose.polynomial(choose.polynomial_table(SETTING, CHOICE), COMMITTED["kEvalModLevels"])
        self.assertEqual((COMMITTED["kDoubleAngles"], COMMITTED["kHalfDegree"]), chosen)

    def test_the_coefficients_are_those_of_the_series(self):
        np.testing.assert_allclose(source.cosine(), CHOICE.coefficients, rtol=0, atol=1e-15)
        mpmath.mp.dps = 40
        w = 2 * mpmath.pi * COMMITTED["kRange"] / 2 ** COMMITTED["kDoubleAngles"]
        for k, coefficient in enumerate(source.cosine()):
            exact = (1 if k == 0 else 2) * (-1) ** k * mpmath.besselj(2 * k, w)
            self.assertEqual(float(exact), coefficient, k)

    def test_the_levels_of_the_parameter_sets_are_those_of_the_steps(self):
        self.assertEqual(COMMITTED["kEvalModLevels"], CHOICE.levels)

    def test_gain_and_bound_cannot_be_raised(self):
        self.assertTrue(choose.cubic_cannot_be_raised(SETTING, GAIN, COMMITTED["kArcsineBound"]))
        for gain, bound in ((1.5, 1.7), (1.7, 1.7), (1.6, 1.6), (1.6, 1.8)):
            self.assertFalse(choose.cubic_cannot_be_raised(SETTING, gain, bound), (gain, bound))


class Stated(unittest.TestCase):
    """The numbers in the comments of eval_mod_constants.h and parameters.cpp."""

    def test_errors_of_the_cubic(self):
        errors = [log2(arcsine.error(SETTING, GAIN, COMMITTED["kArcsineBound"], largest)) for largest in (1, 2)]
        np.testing.assert_allclose(errors, [-22.5, -19.3], atol=0.06)

    def test_errors_of_cutting_off_the_series(self):
        cut_off, (rms, _) = eval_mod.cut_off_error(SETTING, CHOICE), eval_mod.noise(SETTING, CHOICE)
        self.assertAlmostEqual(-30.5, bits(cut_off), delta=0.1)
        self.assertAlmostEqual(-6.8, log2(cut_off / rms), delta=0.1)

    def test_noise(self):
        self.assertAlmostEqual(-36.5, log2(SETTING.noise()), delta=0.05)
        rms, worst = eval_mod.noise(SETTING, CHOICE)
        self.assertAlmostEqual(-23.7, bits(rms), delta=0.1)
        self.assertAlmostEqual(-20.9, bits(worst), delta=0.2)
        rms_of_three, worst_of_three = eval_mod.noise(SETTING, replace(CHOICE, double_angles=3, degree=23))
        self.assertAlmostEqual(0.3, log2(rms / rms_of_three), delta=0.1)
        self.assertAlmostEqual(0.8, log2(worst / worst_of_three), delta=0.2)

    def test_relinearizations(self):
        self.assertEqual(14, CHOICE.relinearizations)
        self.assertEqual(16, replace(CHOICE, double_angles=3, degree=23).relinearizations)

    def test_the_frequent_overflows_are_six_deviations_from_the_shift(self):
        variance = sum(p * i * i for i, p in overflow.distribution(SETTING.weight).items())
        self.assertAlmostEqual(6, COMMITTED["kPeriods"] / variance**0.5, delta=0.1)


class Models(unittest.TestCase):
    def test_probabilities_of_the_overflow_are_those_of_random_sums(self):
        # Of three uniform numbers: P(|sum| > 1/2) = 1/3, P(|sum| > 1) = 1/24.
        self.assertEqual(Fraction(1, 3), overflow.tail(2, Fraction(1, 2)))
        self.assertEqual(Fraction(1, 24), overflow.tail(2, Fraction(1)))
        self.assertEqual(0, overflow.exceeds(32, 16))
        self.assertGreater(overflow.exceeds(32, 15), 0)
        self.assertAlmostEqual(1, sum(overflow.distribution(32).values()), places=12)

    def test_the_steps_compute_the_sine(self):
        t = np.linspace(-16.1, 16.1, 5001)
        for choice in (CHOICE, Choice(16, 3, 4, 31), Choice(16, 10, 2, 47)):
            np.testing.assert_allclose(eval_mod.sine(choice, t, lambda y: y), np.sin(2 * np.pi * t), atol=1e-9)


if __name__ == "__main__":
    unittest.main()
