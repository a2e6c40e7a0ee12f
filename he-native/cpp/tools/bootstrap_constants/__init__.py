"""Derives the constants of EvalMod, the part of a bootstrap that removes the multiples of q0 (bootstrap/eval_mod_constants.h).

After the modulus was raised, a coefficient of the plaintext is t = I + m / q0 in units of q0: the message m and an integer
I, the overflow. EvalMod computes m / q0 as arcsin(sin(2 pi t)) / (2 pi) in these steps (sources: bootstrap/bootstrapper.h):

  x = (t + shift) / range                            one rescaling, by which |x| <= 1
  v = T_2(x) = 2 x^2 - 1
  s = cos(w x), w = 2 pi range / 2^r                 a polynomial of degree d in v: its Chebyshev series, cut off
  r times: s = 2 s^2 - 1                             double angles, after which s = cos(2 pi range x) = sin(2 pi t),
                                                     because shift is a whole number of periods less 1/4
  message = q0 / (2 pi message_scale) arcsin(s)      by a cubic

Each constant follows from a table that `python3 -m bootstrap_constants` prints:

  overflow    the largest |I|, and the probability of exceeding smaller bounds. I is nearly a sum of h + 1 uniform numbers
              on [-1/2, 1/2], h the Hamming weight of the sparse secret: an Irwin-Hall distribution, computed exactly.
              Chosen: the bound that is never exceeded.
  periods     the whole number in the shift. The noise of v is magnified by |ds/dv| = 2 pi range / (4 |x|), which is large
              where x is near 0, at I = -periods. More periods make that I rarer and the range larger.
              Chosen: the number with the least root mean square (rms) error.
  r, d        the double angles and the degree. More double angles make the polynomial shorter and magnify its noise more.
              Chosen: of the pairs within the levels that a parameter set gives to EvalMod, whose cut-off error is below
              2^-6 of the rms error and whose worst slot is within one bit of the best: the one with the fewest
              relinearizations.
  gain,       SlotsToCoeffs enlarges the message by the gain. The noise of EvalMod shrinks with it, the error of the cubic
  bound       grows. The cubic is the best one for |message| <= bound. A larger bound makes the error smaller at 2, the
              largest message, and larger for |message| <= 1.
              Allowed: the error of the cubic for |message| <= 1 is at most 2^-22.5, 1.6 bits below the noise of the worst
              slot. Chosen: a pair of which neither can be raised by 0.1. The table has several such pairs. Which one is
              taken is a judgement: it weighs the noise of all slots against the error of messages near 2.

`eval_mod` simulates the steps on random t with the noise that a rescaling leaves, at every rescaling. Noise of the other
parts of a bootstrap is not in it.
"""
