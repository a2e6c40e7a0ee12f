"""The instances of LWE that are estimated: the largest moduli that parameters.cpp allows."""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src"
SIGMA = 3.19


@dataclass(frozen=True)
class Instance:
    """Ring-LWE in dimension 2^log_n with error of standard deviation SIGMA."""

    secret: str  # "ternary" (uniform) or "sparse"
    log_n: int
    log_q: int
    weight: int  # nonzero coefficients of the sparse secret; 0 for the other

    @property
    def name(self) -> str:
        return f"{self.secret}, N = 2^{self.log_n}, log2 q = {self.log_q}"


def _table(function: str) -> dict[int, int]:
    """The cases of a function that maps log2 N to the largest log2 of a modulus."""
    text = (SOURCES / "ckks/parameters.cpp").read_text(encoding="utf-8")
    body = re.search(rf"int {function}\(int log_ring_degree\) {{(.*?)\n}}", text, re.S)
    if body is None:
        raise ValueError(f"parameters.cpp: expected the function {function}")
    return {int(n): int(bits) for n, bits in re.findall(r"case (\d+):\s*return (\d+);", body.group(1))}


def sparse_weight() -> int:
    text = (SOURCES / "ckks/parameters.h").read_text(encoding="utf-8")
    found = re.search(r"kSparseWeight = (\d+);", text)
    if found is None:
        raise ValueError("parameters.h: expected kSparseWeight")
    return int(found.group(1))


def all_instances() -> list[Instance]:
    dense = [Instance("ternary", n, bits, 0) for n, bits in _table("secure_log_qp").items()]
    sparse = [Instance("sparse", n, bits, sparse_weight()) for n, bits in _table("secure_sparse_log_q").items()]
    return dense + sparse
