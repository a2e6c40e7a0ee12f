"""Runs the public lattice estimator on every modulus that parameters.cpp allows and writes results.json.

    cd he-native/cpp/tools
    pip install --only-binary=:all: --require-hashes -r lattice_security/requirements.txt
    git clone https://github.com/malb/lattice-estimator PATH_OF_LATTICE_ESTIMATOR
    python3 -m lattice_security PATH_OF_LATTICE_ESTIMATOR

An hour on one core. The estimator is not part of this repository.
"""
from __future__ import annotations

import json
import subprocess
import sys
from math import inf
from pathlib import Path

from .instances import SIGMA, Instance, all_instances

RESULTS = Path(__file__).with_name("results.json")
# Coordinates that the lattice keeps in the hybrid attacks on the sparse secret; the others are guessed. The estimator's
# own search starts with none guessed, where it finds nothing in these dimensions.
KEPT = (1024, 1536, 2048, 2560, 3072, 3584, 4096, 5120, 6144)


def log2_of(cost) -> float:
    from sage.all import log  # pylint: disable=import-error,import-outside-toplevel

    operations = cost["rop"]
    return inf if operations == inf else round(float(log(operations, 2)), 1)


class Attacks:
    def __init__(self, estimator: Path) -> None:
        sys.path.insert(0, str(estimator))
        from estimator import LWE, ND, RC  # pylint: disable=import-error,import-outside-toplevel
        from estimator import lwe_dual, lwe_guess, lwe_primal  # pylint: disable=import-error,import-outside-toplevel

        from estimator.cost import Cost  # pylint: disable=import-error,import-outside-toplevel

        # What repeating an attack multiplies; the estimator says so only inside the search that is not used here.
        Cost.register_impermanent(rop=True, red=True, m=True)
        Cost.register_impermanent(mem=False, beta=False, delta=False, d=False, zeta=False, t=False, h1=False, k=False)
        self.lwe, self.nd, self.model = LWE, ND, RC.MATZOV
        self.dual, self.guess, self.primal = lwe_dual, lwe_guess, lwe_primal

    def _parameters(self, instance: Instance):
        n = 2**instance.log_n
        secret = (
            self.nd.SparseTernary(instance.weight // 2, instance.weight // 2, n)
            if instance.secret == "sparse"
            else self.nd.UniformMod(3)
        )
        return self.lwe.Parameters(n=n, q=2**instance.log_q, Xs=secret, Xe=self.nd.DiscreteGaussian(SIGMA))

    def _row(self, cost, **more) -> dict:
        row = {"log2_operations": log2_of(cost)}
        if "beta" in cost:
            row["beta"] = int(cost["beta"])
        return row | more

    def ternary(self, instance: Instance) -> dict[str, dict]:
        p = self._parameters(instance)
        return {
            "usvp": self._row(self.lwe.primal_usvp(p, red_cost_model=self.model)),
            "bdd": self._row(self.lwe.primal_bdd(p, red_cost_model=self.model)),
            "dual_hybrid": self._row(self.lwe.dual_hybrid(p, red_cost_model=self.model)),
        }

    def sparse(self, instance: Instance) -> dict[str, dict]:
        p = self._parameters(instance)
        return {
            "primal_hybrid": self._least(p, self._primal),
            "dual_hybrid_exhaustive": self._least(p, lambda q, kept: self._dual(q, kept, self.guess.exhaustive_search)),
            "dual_hybrid_mitm": self._least(p, lambda q, kept: self._dual(q, kept, self.guess.mitm)),
            "guess_mitm": self._row(self.guess.mitm(p)),
        }

    def _least(self, p, attack) -> dict:
        rows = [attack(p, kept) for kept in KEPT if kept < p.n]
        return min((row for row in rows if row is not None), key=lambda row: row["log2_operations"])

    def _primal(self, p, kept: int) -> dict | None:
        cost = self.primal.primal_hybrid(p, zeta=p.n - kept, mitm=True, babai=True, red_cost_model=self.model)
        return self._row(cost, kept=kept)

    def _dual(self, p, kept: int, solver) -> dict | None:
        """The least cost over the block size and the weight of the guessed part, both on a grid that is then refined."""
        normalized, weight = p.normalize(), p.Xs.hamming_weight
        best: dict | None = None

        def look(betas, weights) -> None:
            nonlocal best
            for h1 in weights:
                for beta in betas:
                    try:
                        cost = self.dual.DH.cost(
                            solver, normalized, beta, zeta=p.n - kept, h1=h1, red_cost_model=self.model, log_level=9
                        )
                    except (ArithmeticError, NotImplementedError, ValueError):
                        continue  # outside the domain of the solver
                    row = self._row(cost, kept=kept, beta=beta, guessed_weight=h1)
                    if row["log2_operations"] < inf and (
                        best is None or row["log2_operations"] < best["log2_operations"]
                    ):
                        best = row

        look(range(100, 720, 40), range(0, weight + 1, 4))
        if best is not None:
            h1, beta = best["guessed_weight"], best["beta"]
            look(range(max(60, beta - 32), beta + 40, 8), range(max(0, h1 - 3), min(weight, h1 + 3) + 1))
        return best


def main(estimator: Path) -> None:
    commit = subprocess.run(
        ["git", "-C", str(estimator), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    attacks = Attacks(estimator)
    out = {
        "estimator": "https://github.com/malb/lattice-estimator",
        "commit": commit,
        "cost_model": "MATZOV",
        "sigma": SIGMA,
        "instances": [],
    }
    for instance in all_instances():
        found = attacks.sparse(instance) if instance.secret == "sparse" else attacks.ternary(instance)
        row = {"secret": instance.secret, "log_n": instance.log_n, "log_q": instance.log_q, "weight": instance.weight}
        out["instances"].append(row | {"attacks": found})
        print(instance.name, found, flush=True)
    RESULTS.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 -m lattice_security PATH_OF_LATTICE_ESTIMATOR")
    main(Path(sys.argv[1]))
