"""Fits and checks the constants of the encrypted softmax for 2 to 16 classes (the file coefficients.txt).

The softmax of a row of c logits x computes y = exp(u), u = x / 2^k, and squares y k times. The factors that the classes
of a row have in common cancel in the softmax, so every squaring may multiply the row by a polynomial in its power sums
s_i = sum over the classes of y^i. That polynomial keeps s2, the squared length of the row, close to 1. Source of the
idea: normalize-and-square, arXiv 2410.11184. The polynomials below also look at s3 and s4, which tell what s2 will be
after the squaring.

Domain. The logits of a row are centered (they sum to 0) and |u| <= 2 for each. `rows` samples this set.

Constants, in the order in which they are determined. Each follows from those before it.

exponential  P(u) = e0 + .. + e8 u^8, nearly proportional to exp(u) on [-2, 2]. The softmax depends on the differences of
             log P between the classes of a row. Classes of similar size count, so the slope of log P matters and not
             its value. Objective: the smallest max |(P' - P) / exp(u)| with P(0) = 1, then P is divided by 1.001. (The
             division has no effect on the softmax; it keeps P below exp(u), with which the steps are fitted.)
start        y <- y (a - b s1). b / a = 1 / (c + S), S the largest s1 of the domain: a - b s1 is then proportional to the
             polynomial p of degree 1 that minimizes max |1 - s1 p(s1)| on [c, S]. a is scaled so that the interval
             [low, high] of s2 has low * high = 1.
long step    q = q0 + q1 s1 - s2;  y <- y^2 q (b0 + b1 s1 + b2 s2 + b3 s3 + b4 (s4 + q^2))
short step   y <- y^2 (b0 + b1 s1 + b2 s2), for 2 to 4 classes where the interval of s2 is narrow enough
             Objective of both: the smallest E = max |1 - sqrt(s2 after the step)|. For given q the root of s2 is linear
             in b, so the best b is the solution of a linear Chebyshev problem, which has no local optima. The best
             q0, q1 are searched; E hardly depends on them near the optimum. In the first step the maximum is taken
             over the rows as the start leaves them. In step j >= 1 it is taken over rows of every direction that
             y = exp(2^j u) can have, and every s2 in the interval before the step, independently of the direction.
intervals    s2 before a step is s2 after the previous one, widened by 0.6 % on both sides (noise, and rows between the
             sampled ones). Before the first step it is the interval of the start.

The committed file was fitted with another sampling of the rows and another search for q0, q1, which are not recorded.
A fresh fit therefore gives other digits in b and q. The committed numbers stay, so that results stay bit-identical.
`check` verifies what does not depend on the sampling: the start, the exponential and the widening follow from the
formulas above, and every step is within a few percent of the smallest E.
"""
