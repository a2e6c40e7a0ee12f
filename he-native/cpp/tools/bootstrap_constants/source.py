"""The constants as they stand in the C++ sources, and the parameters of the default set."""
from __future__ import annotations

import re
from pathlib import Path

_SOURCES = Path(__file__).resolve().parents[2] / "src"
HEADER = _SOURCES / "bootstrap" / "eval_mod_constants.h"


def cosine() -> list[float]:
    """kCosine of the header."""
    match = re.search(r"kCosine\{([^}]*)\};", HEADER.read_text(encoding="utf-8"))
    if match is None:
        raise SystemExit(f"{HEADER}: expected kCosine, actual none")
    return [float(number) for number in match.group(1).split(",")]


def constants() -> dict:
    """kName of the header to its value; and kSparseWeight, kEvalModLevels."""
    found = {}
    for path in (HEADER, _SOURCES / "ckks" / "parameters.h"):
        pattern = r"^(?:inline )?constexpr (?:double|int|std::size_t) (k\w+) = ([-+*/. \d]+);"
        for name, value in re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE):
            found[name] = eval(value, {"__builtins__": {}})  # digits and operators only
    return found


def default_set() -> dict:
    """log2 of N, q0, the scale of messages and the scale of EvalMod of the set n16_l12."""
    path = _SOURCES / "ckks" / "parameters.cpp"
    number = r"([\d.]+)"
    pattern = rf'{{"n16_l12", {number}, {number}, {number}, \d+, {{[^}}]*}}, {number},'
    match = re.search(pattern, path.read_text(encoding="utf-8"))
    if match is None:
        raise SystemExit(f"{path}: expected the parameter set n16_l12, actual none")
    return dict(zip(("log_ring_degree", "log_base", "log_scale", "log_eval_mod"), map(float, match.groups())))
