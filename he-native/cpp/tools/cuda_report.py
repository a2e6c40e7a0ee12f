#!/usr/bin/env python3
"""What the compiler made of each CUDA kernel: registers, spills, occupancy, instructions by kind.

usage: report.py LIBRARY [--arch sm_90] [--json FILE]

Occupancy is what registers and threads of a block allow of the 2048 threads that a multiprocessor holds (sm_80, sm_90: 65536
registers, given out to warps by 256; 32 blocks). Shared memory is chosen at launch: see he-native/cpp/src/device/cuda.
Instructions are counted in the machine code, loops once. Exit status 1 when a kernel spills registers to memory.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../.hetal/cuda/nvidia/cu13/bin")
KINDS = {
    "fp64": r"D(ADD|MUL|FMA|SETP|MNMX)",
    "integer_multiply": r"IMAD",
    "integer_other": r"(IADD3|LOP3|LEA|SHF|ISETP|SEL|BREV|IABS|VIADD|UIADD3|ULEA|ULOP3|USHF|UIMAD)",
    "global": r"(LDG|STG|LD\b|ST\b|RED|ATOM)",
    "shared": r"(LDS|STS)",
    "constant": r"(LDC|ULDC)",
}


def tool(name, *arguments):
    environment = dict(os.environ, PATH=FOLDER + os.pathsep + os.environ["PATH"])
    try:
        done = subprocess.run([name, *arguments], env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        sys.exit(f"cuda_report.py: {name} is missing: he-native/cpp/tools/fetch_cuda.sh brings it")
    if done.returncode != 0:
        sys.exit(f"cuda_report.py: {name} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def short(symbol):
    """entry<InversePass<Integer, 8> > of the mangled name."""
    text = subprocess.run(["c++filt", symbol], capture_output=True, text=True, check=True).stdout.strip()
    text = re.sub(r"hetal::device::cuda::", "", text)
    inside = re.search(r"entry<(.*)>\(", text).group(1).strip()
    operations = ["add", "sub", "negate", "mul", "mul_scalar", "mul_scalar_add"]
    return re.sub(r"\(Pointwise\)(\d)", lambda m: operations[int(m[1])], inside).replace(" >", ">").replace("u>", ">")


def threads_of(name):
    stages = re.match(r"(ForwardPass|InversePass|SwitchPass)<\w+, (\d)>", name)
    return 2 ** int(stages[2]) if stages else 256


def occupancy(registers, threads):
    warps = (threads + 31) // 32
    by_registers = 65536 // (-(-registers * 32 // 256) * 256 * warps)
    return min(by_registers, 2048 // (warps * 32), 32) * warps / 64


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("library")
    arguments.add_argument("--arch", default="sm_90")
    arguments.add_argument("--json")
    options = arguments.parse_args()

    usage = tool("cuobjdump", "--dump-resource-usage", "-arch", options.arch, options.library)
    code = tool("cuobjdump", "-sass", "-arch", options.arch, options.library)
    instructions = {}
    for part in code.split("Function : ")[1:]:
        symbol, body = part.split("\n", 1)
        opcodes = re.findall(r"^\s+/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_]*)", body, re.MULTILINE)
        opcodes = [o for o in opcodes if o not in ("NOP", "BRA")]
        counts = collections.Counter(next((k for k, p in KINDS.items() if re.match(p, o)), "other") for o in opcodes)
        instructions[symbol.strip()] = {"total": len(opcodes), **{k: counts[k] for k in KINDS}}

    rows = []
    for symbol, text in re.findall(r"Function (\S+):\s*\n\s*(REG:.*)", usage):
        numbers = dict(re.findall(r"(\w+):(\d+)", text))
        name = short(symbol)
        registers, threads = int(numbers["REG"]), threads_of(name)
        rows.append({"name": name, "arch": options.arch, "registers": registers, "stack_bytes": int(numbers["STACK"]),
                     "spill_bytes": int(numbers["LOCAL"]), "threads_of_block": threads,
                     "occupancy": round(occupancy(registers, threads), 3), "instructions": instructions[symbol]})
    if not rows:
        sys.exit(f"report.py: {options.library}: no kernel for {options.arch}")
    rows.sort(key=lambda r: r["name"])
    print(f"{'kernel (' + options.arch + ')':34}{'registers':>10}{'spilled':>8}{'threads':>8}{'occupancy':>10}"
          f"{'instr.':>8}{'fp64':>6}{'imad':>6}")
    for r in rows:
        i = r["instructions"]
        print(f"{r['name']:34}{r['registers']:>10}{r['spill_bytes']:>8}{r['threads_of_block']:>8}{r['occupancy']:>10.2f}"
              f"{i['total']:>8}{i['fp64']:>6}{i['integer_multiply']:>6}")
    if options.json:
        with open(options.json, "w") as out:
            out.write("[\n" + ",\n".join("  " + json.dumps(r) for r in rows) + "\n]\n")
    spilled = [r["name"] for r in rows if r["spill_bytes"] or r["stack_bytes"]]
    if spilled:
        sys.exit("report.py: registers are spilled to memory in " + ", ".join(spilled))


if __name__ == "__main__":
    main()
