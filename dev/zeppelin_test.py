"""Checks the Zeppelin note and runs its paragraphs in order: %java in JShell, %spark in the Scala shell of Spark.

zeppelin_test.py NOTE          runs; the file stays as it is
zeppelin_test.py --write NOTE  also writes the outputs into the file, for a commit

Needs JAVA_HOME, SPARK_HOME and a tree that is built. The class path is that of the note's configuration paragraph.
"""

import argparse
import glob
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
LEAST_ACCURACY = 90.0
# The fields that Zeppelin writes, with their types.
NOTE = {
    "paragraphs": list,
    "name": str,
    "id": str,
    "defaultInterpreterGroup": str,
    "version": str,
    "noteParams": dict,
    "noteForms": dict,
    "angularObjects": dict,
    "config": dict,
    "info": dict,
}
PARAGRAPH = {
    "title": str,
    "text": str,
    "user": str,
    "dateUpdated": str,
    "dateCreated": str,
    "config": dict,
    "settings": dict,
    "results": dict,
    "apps": list,
    "progressUpdateIntervalMs": int,
    "jobName": str,
    "id": str,
    "status": str,
}
INTERPRETERS = {"md", "spark.conf", "java", "spark"}
OUTPUTS = {"TABLE", "HTML", "TEXT"}
BEGIN, END = "hetal-paragraph-begins", "hetal-paragraph-ends"


def require(holds, message):
    if not holds:
        raise AssertionError(message)


def check_form(note):
    require_fields("note", note, NOTE)
    require(re.fullmatch("2[A-Z0-9]{8}", note["id"]), f"id: expected 2 and 8 letters or digits, actual {note['id']}")
    ids = [paragraph["id"] for paragraph in note["paragraphs"]]
    require(len(set(ids)) == len(ids), f"expected ids of paragraphs that differ, actual {ids}")
    for paragraph in note["paragraphs"]:
        where = paragraph.get("id", "paragraph")
        require_fields(where, paragraph, PARAGRAPH)
        require(
            interpreter(paragraph) in INTERPRETERS, f"{where}: expected one of {INTERPRETERS}, actual {paragraph['text'][:20]}"
        )
        require(set(paragraph["settings"]) == {"params", "forms"}, f"{where}: settings: {paragraph['settings']}")
        require(paragraph["status"] in ("READY", "FINISHED"), f"{where}: status {paragraph['status']}")
        require(paragraph["results"].get("code") == "SUCCESS", f"{where}: results {paragraph['results']}")
        for message in paragraph["results"]["msg"]:
            require(set(message) == {"type", "data"} and message["type"] in OUTPUTS, f"{where}: output {message}")
    for path in ("/root/", "/home/", "/tmp/", str(ROOT)):
        require(path not in json.dumps(note), f"expected nothing of this machine, actual {path}")


def require_fields(where, value, fields):
    require(set(value) == set(fields), f"{where}: expected the fields {sorted(fields)}, actual {sorted(value)}")
    for name, kind in fields.items():
        require(isinstance(value[name], kind), f"{where}: {name}: expected {kind.__name__}, actual {value[name]!r}")


def interpreter(paragraph):
    return re.match(r"%(\S*)", paragraph["text"]).group(1)


def body(paragraph):
    return paragraph["text"].split("\n", 1)[1]


def configuration(note, spark):
    """The properties of the note's configuration paragraph, of this tree."""
    paragraphs = [paragraph for paragraph in note["paragraphs"] if interpreter(paragraph) == "spark.conf"]
    require(len(paragraphs) == 1, f"expected one configuration paragraph, actual {len(paragraphs)}")
    text = body(paragraphs[0]).replace("<HETAL_HOME>", str(ROOT)).replace("<SPARK_HOME>", str(spark))
    require("<" not in text, f"configuration: expected no other placeholders, actual {text}")
    return dict(line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def class_path(properties):
    jars = []
    for pattern in properties["spark.jars"].split(","):
        found = [jar for jar in sorted(glob.glob(pattern)) if not jar.endswith(("-sources.jar", "-javadoc.jar"))]
        require(found, f"spark.jars: expected a jar, actual none at {pattern}")
        jars += found
    return jars


def run_java(paragraphs, jars, folder):
    (folder / "class-path").write_text(":".join(jars))
    files = []
    for number, paragraph in enumerate(paragraphs):
        file = folder / f"p{number}.java"
        file.write_text(body(paragraph), encoding="utf-8")
        files.append(file)
    java = pathlib.Path(os.environ["JAVA_HOME"], "bin/java")
    command = [str(java), str(ROOT / "dev/NoteParagraphs.java"), str(folder / "class-path"), *map(str, files)]
    subprocess.run(command, check=True, env={**os.environ, "HETAL_HOME": str(ROOT)}, stdout=sys.stderr)
    return [pathlib.Path(f"{file}.out").read_text(encoding="utf-8") for file in files]


def run_spark(paragraphs, properties, folder):
    script = folder / "paragraphs.scala"
    lines = [f'println("{BEGIN}")\n{body(paragraph)}\nprintln("{END}")\n' for paragraph in paragraphs]
    script.write_text("".join(lines) + "System.exit(0)\n", encoding="utf-8")
    command = [f"{properties['SPARK_HOME']}/bin/spark-shell", "--master", properties["spark.master"]]
    of_spark = {name: value for name, value in properties.items() if name.startswith("spark.") and name != "spark.master"}
    of_spark |= {
        "spark.jars": ",".join(class_path(properties)),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in of_spark.items():
        command += ["--conf", f"{name}={value}"]
    command += ["-I", str(script)]
    done = subprocess.run(
        command,
        env={**os.environ, "HETAL_HOME": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    found = re.findall(f"^{BEGIN}\n(.*?)^{END}$", done.stdout, re.DOTALL | re.MULTILINE)
    require(
        done.returncode == 0 and len(found) == len(paragraphs) and "error:" not in done.stdout,
        f"expected {len(paragraphs)} paragraphs of Scala without error, actual {len(found)}, exit code {done.returncode}:\n"
        f"{done.stdout}\n{done.stderr}",
    )
    return found


def messages(printed):
    """Cuts what a paragraph printed as Zeppelin does: %table, %html or text from the beginning of a line."""
    out = []
    for part in re.split(r"^(?=%(?:table|html|text)\b)", printed, flags=re.MULTILINE):
        kind = re.match(r"%(table|html|text)\s", part)
        data = part[kind.end() :] if kind else part
        if data.strip():
            out.append({"type": kind.group(1).upper() if kind else "TEXT", "data": data})
    return out


def check_outputs(outputs):
    kinds = [message["type"] for output in outputs for message in messages(output)]
    require(kinds.count("TABLE") >= 3 and "HTML" in kinds, f"expected tables and a picture, actual {kinds}")
    accuracies = [
        [float(value) for value in re.findall(r"(\d+\.\d+) %", line)]
        for output in outputs
        for line in output.splitlines()
        if "test accuracy" in line
    ]
    require(len(accuracies) == 3, f"expected three lines with accuracies, actual {accuracies}")
    for values in accuracies:
        require(len(values) == 2 and min(values) > LEAST_ACCURACY, f"expected accuracies above {LEAST_ACCURACY}, actual {values}")
    return accuracies


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("note", type=pathlib.Path)
    arguments = parser.parse_args()
    start = time.monotonic()
    note = json.loads(arguments.note.read_text(encoding="utf-8"))
    check_form(note)
    properties = configuration(note, os.environ["SPARK_HOME"])
    by = {name: [p for p in note["paragraphs"] if interpreter(p) == name] for name in ("java", "spark")}
    with tempfile.TemporaryDirectory(prefix="hetal-note-") as name:
        folder = pathlib.Path(name)
        printed = run_java(by["java"], class_path(properties), folder) + run_spark(by["spark"], properties, folder)
    accuracies = check_outputs(printed)
    if arguments.write:
        for paragraph, output in zip(by["java"] + by["spark"], printed, strict=True):
            paragraph["results"]["msg"] = messages(output)
            paragraph["status"] = "FINISHED"
        check_form(note)
        arguments.note.write_text(json.dumps(note, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"passed: {arguments.note.name} in {time.monotonic() - start:.0f} s, accuracies {accuracies}")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as e:
        sys.exit(f"zeppelin_test: {e}")
