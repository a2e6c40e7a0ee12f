"""A Spark with the wrong jars, each in a process of its own."""

import os
import subprocess
import sys

SESSION_WITHOUT = """
from pyspark.sql import SparkSession
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
from hetal.jvm import java
java()
"""


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_no_jars() -> None:
    last = run("import hetal; hetal.local_session()", HETAL_JARS="/nowhere/*.jar")
    assert last.startswith("FileNotFoundError: HETAL_JARS: expected jars, actual none in /nowhere/*.jar; build them")


def test_session_without_the_jars() -> None:
    last = run(SESSION_WITHOUT)
    assert last.startswith("RuntimeError: spark: expected a session with HETAL's jars, actual one without; stop it")
