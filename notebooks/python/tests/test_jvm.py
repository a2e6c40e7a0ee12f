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


SESSION = """
import hetal
spark = hetal.local_session("local[1]")
conf = spark.sparkContext.getConf()
assert conf.get("spark.driver.bindAddress") == "127.0.0.1" == conf.get("spark.driver.host")
security = spark.sparkContext._jvm.org.apache.spark.SparkEnv.get().securityManager()
assert security.isAuthenticationEnabled() and len(security.getSecretKey()) >= 64
assert spark.range(3).count() == 3
raise SystemExit('checked')
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


def test_local_session_authenticates() -> None:
    """The ports on 127.0.0.1 are open to every user of the machine."""
    assert run(SESSION) == "checked"


def test_session_without_the_jars() -> None:
    last = run(SESSION_WITHOUT)
    assert last.startswith("RuntimeError: spark: expected a session with HETAL's jars, actual one without; stop it")
