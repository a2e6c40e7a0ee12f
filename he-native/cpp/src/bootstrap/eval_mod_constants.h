// The constants of EvalMod. The program tools/bootstrap_constants derives each of them, prints the tables from which
// they follow, and tests that the numbers here are the ones that follow.
#pragma once

#include <array>

namespace hetal::bootstrap {

/// The largest overflow |I|: raising the modulus turns a coefficient m into m + I q0. It is never exceeded: I is the
/// rounded sum of h + 1 = 33 numbers of at most 1/2, h the Hamming weight of the sparse secret.
inline constexpr int kLargestOverflow = 16;

/// Periods by which the argument of the sine is shifted. T_2(x) = 2 x^2 - 1 magnifies its noise by 2 pi kRange / (4
/// |x|), which is large near x = 0. The shift moves that point from I = 0, the most frequent overflow, to I = -10, six
/// standard deviations away. More periods enlarge kRange; 10 give the smallest root mean square (rms) error.
inline constexpr int kPeriods = 10;

/// Added to t = I + m / q0. A quarter of a period makes a cosine of the sine.
inline constexpr double kShift = 10 - 0.25;

/// |t + kShift| is at most this: kLargestOverflow, 1/8 for the message, kShift, rounded up.
inline constexpr double kRange = 26.0;

/// Double angles s -> 2 s^2 - 1 after the polynomial. Three with degree 23 are 0.8 bits more precise in the worst slot
/// and 0.3 bits in all slots, and take two relinearizations more.
inline constexpr int kDoubleAngles = 4;

/// Degree of the polynomial in T_2(x): degree 30 in x. Cutting off the Chebyshev series there has an error of 2^-30.5
/// in the message, 2^-6.8 of the rms noise.
inline constexpr int kHalfDegree = 15;

/// The coefficients of that series, in T_k(T_2(x)): cos(w x) = J_0(w) + 2 sum_k (-1)^k J_2k(w) T_2k(x), w = 2 pi kRange
/// / 2^kDoubleAngles. They are written out because Bessel functions of the library differ between processors in their
/// last bits, and so would the residues.
inline constexpr std::array<double, kHalfDegree + 1> kCosine{
    -0.24953686199570838,   -0.49548999268492916,    -0.3706666396173019,    0.1218229910870691,
    0.6149850713275294,     -0.44993850184271855,    0.14755121882758682,    -0.029528354997946513,
    0.004080630819795542,   -0.00041742922975838363, 3.308070476130801e-05,  -2.098169083899579e-06,
    1.0916427776798909e-07, -4.750312906106676e-09,  1.7563068553952826e-10, -5.589660478184083e-12};

/// SlotsToCoeffs enlarges the message by this where its scale is 2^kMessageLogScale, and by so much more where its
/// scale is less that the same number arrives (message_gain). A larger gain reduces the noise of EvalMod in the message
/// and increases the error of the cubic that replaces the arcsine.
inline constexpr double kMessageGain = 1.6;

/// log2 of the scale for which kMessageGain was chosen.
inline constexpr double kMessageLogScale = 42;

/// The cubic is the best one for |message| up to this. With this gain and bound its error is 2^-22.5 for |message| <=
/// 1, 1.6 bits below the noise of the worst slot, and 2^-19.3 at 2. Raising either by 0.1 raises the first of them
/// further.
inline constexpr double kArcsineBound = 1.7;

}  // namespace hetal::bootstrap
