"""python3 -m softmax_coefficients check [FILE] | fit [--classes N ...] | compare [--classes N ...]; see --help."""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import check, fit, steps, table
from .rows import sampling

EX_DATA = 65


def main() -> int:
    parser = argparse.ArgumentParser(prog="softmax_coefficients", description="The constants of the encrypted softmax.")
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="measure coefficients.txt against the objectives (half a minute)")
    checking.add_argument("file", type=Path, nargs="?", help="default: the committed file")
    for name, help_text in (
        ("fit", "fit a table from nothing and print it (minutes per number of classes)"),
        ("compare", "E of each committed step beside that of a fresh fit of q and b on the same interval"),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("--classes", type=int, nargs="+", default=range(2, 17), choices=range(2, 17), metavar="N")
    arguments = parser.parse_args()
    return {"check": run_check, "fit": run_fit, "compare": run_compare}[arguments.command](arguments)


def run_check(arguments) -> int:
    committed = table.read(arguments.file or table.committed_file())
    violated = 0
    findings = [check.exponential(committed)] + [check.entry(c, e) for c, e in sorted(committed.entries.items())]
    for group in findings:
        for finding in group:
            print(("VIOLATED " if finding.violated else "") + str(finding))
            violated += finding.violated
    return EX_DATA if violated else 0


def run_fit(arguments) -> int:
    polynomial, _ = fit.exponential()
    entries = {c: fit.entry(c, lambda line: print(line, file=sys.stderr)) for c in arguments.classes}
    print(table.text(table.Table(polynomial, entries)), end="")
    return 0


def run_compare(arguments) -> int:
    committed = table.read(table.committed_file())
    print("classes  step        E  best b, same q  best q and b")
    for classes in arguments.classes:
        entry = committed.entries[classes]
        for index, step in enumerate(entry.steps):
            rows = steps.before(classes, entry.a, entry.b, index, step.before, *sampling(classes))
            same_q = fit.best_b(step.q, rows)[1]
            best = same_q if step.q is None else fit.best_long(rows, fit.STARTS + (step.q,))[2]
            print(f"{classes:7d} {index + 1:5d} {steps.error(step, rows):8.5f} {same_q:15.5f} {best:13.5f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
