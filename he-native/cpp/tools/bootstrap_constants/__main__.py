"""Prints the tables from which the constants of EvalMod follow: python3 -m bootstrap_constants (a minute)."""
from __future__ import annotations

from math import log2

from . import arcsine, choose, overflow, source
from .eval_mod import Choice, Setting


def setting() -> Setting:
    literal, constants = source.default_set(), source.constants()
    return Setting(
        2 ** int(literal["log_ring_degree"]), constants["kSparseWeight"],
        literal["log_base"], literal["log_scale"], literal["log_eval_mod"],
    )


def main() -> None:
    s, committed = setting(), source.constants()
    gain = committed["kMessageGain"]
    print(f"N = {s.ring_degree}, h = {s.weight}; a rescaling leaves 2^{log2(s.noise()):.1f} of EvalMod's scale")

    print("\nbound of |I|    log2 P(|I| > bound)    log2 of it for some coefficient of N")
    for bound in range(8, overflow.largest(s.weight) + 1):
        p = overflow.exceeds(s.weight, bound)
        both = (overflow.log2_fraction(p), overflow.log2_fraction(p * s.ring_degree))
        print(f"{bound:12d}    {both[0]:19.1f}    {both[1]:37.1f}")
    largest = choose.largest_overflow(s)
    print(f"chosen: {largest}, which is never exceeded")

    def bits(error: float) -> float:
        """Of the message, at the committed gain."""
        return log2(error * s.magnification(gain))

    choice = Choice(largest, committed["kPeriods"], committed["kDoubleAngles"], committed["kHalfDegree"])
    heading = "levels  relinearizations   log2 of the error: cut-off     rms   worst of 2^15 slots"

    def numbers(row) -> str:
        relinearizations = row.choice.relinearizations
        errors = f"{bits(row.cut_off):26.1f}  {bits(row.rms):6.2f}  {bits(row.worst):20.2f}"
        return f"{row.choice.levels:6d}  {relinearizations:16d}  {errors}"

    print(f"\nperiods  range  {heading}")
    table = choose.periods_table(s, choice)
    for row in table:
        print(f"{row.choice.periods:7d}  {row.choice.range:5.0f}  {numbers(row)}")
    print(f"chosen: {choose.periods(table)}")

    print(f"\ndouble angles  degree  {heading}")
    table = choose.polynomial_table(s, choice)
    for row in table:
        print(f"{row.choice.double_angles:13d}  {row.choice.degree:6d}  {numbers(row)}")
    angles, degree = choose.polynomial(table, committed["kEvalModLevels"])
    print(f"chosen within {committed['kEvalModLevels']} levels: {angles} double angles, degree {degree}")

    print("\ngain  largest bound   log2 of the error: worst noise   rms noise   cubic up to 1   cubic up to 2")
    row = choose.measured(s, choice)
    for tenths in range(10, 23):
        g = tenths / 10
        bound = choose.largest_bound(s, g)
        if bound is None:
            print(f"{g:4.1f}           none")
            continue
        scale = s.magnification(g)
        errors = (row.worst * scale, row.rms * scale, arcsine.error(s, g, bound, 1), arcsine.error(s, g, bound, 2))
        worst, rms, one, two = map(log2, errors)
        print(f"{g:4.1f}  {bound:13.1f}   {worst:31.2f}  {rms:10.2f}  {one:14.2f}  {two:14.2f}")
    print(f"committed: gain {gain}, bound {committed['kArcsineBound']}")


if __name__ == "__main__":
    main()
