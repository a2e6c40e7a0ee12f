"""Executes notebooks in real kernels and checks what they show; run it with the Python of .hetal/jupyter.

notebooks_test.py NOTEBOOK...          executes; the files stay as they are
notebooks_test.py --write NOTEBOOK...  also writes the outputs into the files, for a commit
"""

import argparse
import json
import pathlib
import re
import sys
import time

import nbformat
from nbclient import NotebookClient

# A line that an accuracy is in has percentages; all of them must be above this.
LEAST_ACCURACY = 90.0
# What each notebook must show at least: lines with accuracies of tests, images.
EXPECTED = {"first_steps": (2, 3), "explore_a_run": (1, 3), "from_python": (4, 3)}
TREE = str(pathlib.Path(__file__).resolve().parents[1])
MACHINE_PATHS = re.compile(r"/(?:root|home|tmp|usr|opt|var)/|file:/|\.hetal/jupyter")
# What Java itself says when spark-submit adds a module of Java that is not final.
MODULES = "WARNING: Using incubator modules: jdk.incubator.vector\n"
HASHES = re.compile(r"@[0-9a-f]{6,8}\b")


def outputs(notebook):
    return [(cell, output) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def texts(notebook):
    for _, output in outputs(notebook):
        if output.output_type == "stream":
            yield output.text
        elif output.output_type != "error":
            for kind, data in output.data.items():
                if not kind.startswith("image/"):
                    yield data if isinstance(data, str) else json.dumps(data)


def execute(path):
    notebook = nbformat.read(path, 4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name=notebook.metadata.kernelspec.name,
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        allow_errors=True,
        coalesce_streams=True,
    )
    client.execute()
    for cell, output in outputs(notebook):
        if output.output_type == "error":
            trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
            raise AssertionError(f"{path.name}, {cell.id}: expected no error, actual {output.ename}: {output.evalue}\n{trace}")
    for cell, output in outputs(notebook):
        if output.get("name") == "stderr":
            output.text = output.text.replace(MODULES, "")
            if not output.text:
                cell.outputs.remove(output)
    for _, output in outputs(notebook):
        if any(kind.startswith("image/") for kind in output.get("data", {})):
            # What Java says of an image has its address.
            output.data["text/plain"] = "image"
    for key in ("file_extension", "mimetype", "pygments_lexer", "version", "codemirror_mode", "nbconvert_exporter"):
        notebook.metadata.language_info.pop(key, None)
    return notebook


def check(name, notebook):
    """What holds for a notebook that was executed, now or before its commit."""
    lines, images = EXPECTED[name]
    shown = list(texts(notebook))
    for cell in notebook.cells:
        assert cell.cell_type != "code" or cell.execution_count, f"{name}, {cell.id}: expected an executed cell"
    for cell, output in outputs(notebook):
        assert output.output_type != "error", f"{name}, {cell.id}: expected no error, actual {output}"
        # They go to the log of Jupyter: nothing in a notebook warns.
        assert output.get("name") != "stderr", f"{name}, {cell.id}: expected nothing on stderr, actual {output.text}"
        assert output.output_type != "execute_result" or "@" not in output.data.get("text/plain", ""), (
            f"{name}, {cell.id}: expected no value that is shown by chance, actual {output.data}"
        )
    for text in shown + [cell.source for cell in notebook.cells]:
        for pattern in (MACHINE_PATHS, re.compile(re.escape(TREE)), HASHES):
            found = pattern.search(text)
            assert not found, f"{name}: expected nothing of this machine, actual {found.group()} in {text}"
    accuracies = [
        [float(value) for value in re.findall(r"(\d+\.\d+) %", line)]
        for text in shown
        for line in text.splitlines()
        if "test accuracy" in line
    ]
    assert len(accuracies) >= lines, f"{name}: expected {lines} lines with a test accuracy, actual {accuracies}"
    for values in accuracies:
        assert values and min(values) > LEAST_ACCURACY, f"{name}: expected accuracies above {LEAST_ACCURACY}, actual {values}"
    drawn = sum("image/png" in output.get("data", {}) for _, output in outputs(notebook))
    assert drawn >= images, f"{name}: expected {images} images, actual {drawn}"
    return accuracies


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("notebooks", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    for path in arguments.notebooks:
        path = path.resolve()
        if not arguments.write:
            check(path.stem, nbformat.read(path, 4))
        start = time.monotonic()
        executed = execute(path)
        accuracies = check(path.stem, executed)
        if arguments.write:
            nbformat.write(executed, path)
        print(f"passed: {path.name} in {time.monotonic() - start:.0f} s, accuracies {accuracies}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except AssertionError as e:
        sys.exit(f"notebooks_test: {e}")
