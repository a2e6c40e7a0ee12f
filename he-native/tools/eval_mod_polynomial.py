#!/usr/bin/env python3
"""Writes src/bootstrap/cosine_coefficients.h: the polynomial with which bootstrapping removes multiples of q0.

p approximates cos(2 pi (t - 1/4) / 2^r) only where it is needed, on the union of the intervals [I - w, I + w] for
integers |I| <= K (Han and Ki, "Better Bootstrapping for Approximate Homomorphic Encryption", CT-RSA 2020, section 4);
r double angles c -> 2 c^2 - 1 then give sin(2 pi t). Where Han and Ki interpolate, this takes the weighted minimax
polynomial: Lawson's iteration, least squares in the Chebyshev basis with reweighting, in multiple precision because
narrow intervals make the system ill-conditioned. The weight of a point is the factor by which the double angles
magnify an error there, divided by the error that is tolerated for its I.

Needs mpmath and gmpy2 (numpy is not used):  python3 -m venv V && V/bin/pip install mpmath==1.3.0 gmpy2==2.2.1
  V/bin/python eval_mod_polynomial.py --output ../src/bootstrap/cosine_coefficients.h
"""
import argparse
import textwrap

import mpmath
from mpmath import mpf

mpmath.mp.prec = 256


def chebyshev(degree, x):
    """T_0(x) ... T_degree(x)."""
    values = [mpf(1), x]
    while len(values) <= degree:
        values.append(2 * x * values[-1] - values[-2])
    return values[: degree + 1]


def double_angles(c, count):
    for _ in range(count):
        c = 2 * c * c - 1
    return c


class Problem:
    """The target function and the points t at which it is asked for."""

    def __init__(self, args):
        self.half_width = mpf(2) ** -args.log_half_width
        self.bound = args.wraps
        self.range = self.bound + self.half_width
        self.angles = args.double_angles
        self.inner = args.inner
        self.inner_bits, self.outer_bits = args.inner_bits, args.outer_bits

    def target(self, t):
        return mpmath.cos(2 * mpmath.pi * (t - mpf(1) / 4) / 2**self.angles)

    def tolerance(self, wrap):
        return mpf(2) ** -(self.inner_bits if abs(wrap) <= self.inner else self.outer_bits)

    def magnification(self, t):
        """|d sin / d p| = 2^r |sin(2^r a)| / |sin a| at a = 2 pi (t - 1/4) / 2^r."""
        a = 2 * mpmath.pi * (t - mpf(1) / 4) / 2**self.angles
        return 2**self.angles * abs(mpmath.sin(2**self.angles * a) / mpmath.sin(a))

    def points(self, per_interval):
        """(I, t) with Chebyshev-Lobatto points in every interval."""
        for wrap in range(-self.bound, self.bound + 1):
            for i in range(per_interval):
                yield wrap, wrap + self.half_width * mpmath.cos(mpmath.pi * i / (per_interval - 1))


def minimax(problem, degree, per_interval, iterations):
    """Lawson: w <- w |e|, with the best polynomial seen returned. Errors are relative to the tolerance."""
    points = list(problem.points(per_interval))
    rows, rhs = [], []
    for wrap, t in points:
        scale = problem.magnification(t) / problem.tolerance(wrap)
        rows.append([scale * v for v in chebyshev(degree, t / problem.range)])
        rhs.append(scale * problem.target(t))
    weights = [mpf(1) / len(points)] * len(points)
    best, best_error = None, None
    size = degree + 1
    for _ in range(iterations):
        gram = mpmath.matrix(size, size)
        moment = mpmath.matrix(size, 1)
        weighted = [[w * v for v in row] for w, row in zip(weights, rows)]
        columns = list(zip(*rows))
        weighted_columns = list(zip(*weighted))
        for i in range(size):
            for j in range(i + 1):
                gram[i, j] = gram[j, i] = mpmath.fdot(weighted_columns[i], columns[j])
            moment[i] = mpmath.fdot(weighted_columns[i], rhs)
        solution = mpmath.cholesky_solve(gram, moment)
        errors = [abs(mpmath.fdot(row, solution) - r) for row, r in zip(rows, rhs)]
        worst = max(errors)
        if best is None or worst < best_error:
            best, best_error = list(solution), worst
        weights = [w * e for w, e in zip(weights, errors)]
        total = sum(weights)
        # A floor keeps a point that was fitted by chance in the game and the system regular.
        weights = [max(w / total, mpf(10) ** -30) for w in weights]
    return best


def measure(problem, coefficients, per_interval=65):
    """Per I: the largest errors of p and of the final sine, with the coefficients as the doubles they will be."""
    degree = len(coefficients) - 1
    result = {}
    for wrap, t in problem.points(per_interval):
        p = mpmath.fdot(coefficients, chebyshev(degree, t / problem.range))
        error_p = abs(p - problem.target(t))
        error_s = abs(double_angles(p, problem.angles) - mpmath.sin(2 * mpmath.pi * t))
        old = result.get(wrap, (mpf(0), mpf(0)))
        result[wrap] = (max(old[0], error_p), max(old[1], error_s))
    return result


def arcsine_error(half_width):
    """Largest |(s + s^3 / 6) / (2 pi) - m| for s = sin(2 pi m), |m| <= half_width; it grows with |m|."""
    s = mpmath.sin(2 * mpmath.pi * half_width)
    return abs((s + s**3 / 6) / (2 * mpmath.pi) - half_width)


def bits(x):
    return f"2^{float(mpmath.log(x, 2)):.1f}"


def summary(problem, coefficients):
    table = measure(problem, coefficients)
    groups = [("|I| <= %d" % problem.inner, [v for i, v in table.items() if abs(i) <= problem.inner]),
              ("beyond", [v for i, v in table.items() if abs(i) > problem.inner])]
    return table, [(name, max(v[0] for v in g), max(v[1] for v in g)) for name, g in groups if g]


def header(problem, args, coefficients, lines):
    command = (f"tools/eval_mod_polynomial.py --degree {args.degree} --wraps {args.wraps} "
               f"--log-half-width {args.log_half_width} --double-angles {args.double_angles} "
               f"--inner {args.inner} --inner-bits {args.inner_bits} --outer-bits {args.outer_bits}")
    body = ",\n".join(f"    {float(c).hex()}" + (f" /* {float(c):+.17e} */") for c in coefficients)
    text = f"""\
// GENERATED by {command};
// do not edit.
//
// p(x) = sum_k kCosineCoefficients[k] T_k(x) approximates cos(2 pi (K' x - 1/4) / {2**args.double_angles}) where t = K' x lies within
// 2^-{args.log_half_width} of an integer I, |I| <= {args.wraps}, and nowhere else (Han and Ki, "Better Bootstrapping for Approximate
// Homomorphic Encryption", CT-RSA 2020, section 4; here the weighted minimax polynomial on those intervals).
// {args.double_angles} times c -> 2 c^2 - 1 gives sin(2 pi t). Degree {args.degree}: multiplicative depth {(args.degree).bit_length()}.
//
"""
    text += "".join(f"// {line}\n" for line in lines)
    text += f"""\
#pragma once

namespace hetal::bootstrap {{

/// K': t = K' x. Inputs satisfy |t| <= K'.
inline constexpr double kCosineRange = {float(problem.range)!r};
/// Number of doublings c -> 2 c^2 - 1 after the polynomial.
inline constexpr int kDoubleAngles = {args.double_angles};
/// Largest |t - I| for which the stated errors hold.
inline constexpr double kCosineHalfWidth = {float(problem.half_width)!r};

/// Chebyshev coefficients of degree 0 to {args.degree} in x = t / K', first kind, the constant one not halved.
inline constexpr double kCosineCoefficients[] = {{
{body}}};

}}  // namespace hetal::bootstrap
"""
    return text


def main():
    parser = argparse.ArgumentParser(description="Generates the EvalMod cosine polynomial.")
    parser.add_argument("--degree", type=int, default=30)
    parser.add_argument("--wraps", type=int, default=16, help="largest |I|")
    parser.add_argument("--log-half-width", type=int, default=7, help="w = 2^-this")
    parser.add_argument("--double-angles", type=int, default=3)
    parser.add_argument("--inner", type=int, default=12, help="largest |I| that is held to the finer tolerance")
    parser.add_argument("--inner-bits", type=int, default=38)
    parser.add_argument("--outer-bits", type=int, default=33)
    parser.add_argument("--points", type=int, default=9, help="fitted points in each interval")
    parser.add_argument("--iterations", type=int, default=60)
    parser.add_argument("--table", action="store_true", help="print the errors for every I")
    parser.add_argument("--output")
    args = parser.parse_args()

    problem = Problem(args)
    coefficients = [mpf(float(c)) for c in minimax(problem, args.degree, args.points, args.iterations)]
    table, groups = summary(problem, coefficients)
    lines = [f"Largest error with these doubles, {name}: p {bits(p)}, sin(2 pi t) {bits(s)}." for name, p, s in groups]
    largest = max(abs(c) for c in coefficients)
    lines.append(f"Largest |coefficient|: {float(largest):.4f}. Sum of |coefficients|: "
                 f"{float(sum(abs(c) for c in coefficients)):.4f}.")
    lines.append("With s = sin(2 pi t), (s + s^3 / 6) / (2 pi) differs from t - I by at most "
                 f"{bits(arcsine_error(mpf(2) ** -8))} for |t - I| <= 2^-8")
    lines.append(f"and {bits(arcsine_error(mpf(2) ** -7))} for |t - I| <= 2^-7 "
                 f"(without the cubic term: {bits(mpf(2) ** -8 - mpmath.sin(2 * mpmath.pi * mpf(2) ** -8) / (2 * mpmath.pi))}"
                 f" and {bits(mpf(2) ** -7 - mpmath.sin(2 * mpmath.pi * mpf(2) ** -7) / (2 * mpmath.pi))}).")
    print("\n".join(lines))
    if args.table:
        for wrap, (p, s) in sorted(table.items()):
            print(f"I = {wrap:+3d}  p {bits(p)}  sin {bits(s)}")
    if args.output:
        with open(args.output, "w", encoding="ascii") as out:
            out.write(header(problem, args, coefficients, lines))


if __name__ == "__main__":
    main()
