"""The Java machine of a session, each in a process of its own: its jars, its ports, its protection."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hetal.jvm import _owner_options

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


PROTECTED = """
import resource
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
import numpy as np
import hetal
spark = hetal.local_session("local[1]")
jvm = spark.sparkContext._jvm
options = list(jvm.java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments())
assert "-XX:-CreateCoredumpOnCrash" in options, options
assert [option for option in options if option.startswith(REPORT)], options
random = np.random.default_rng(1)
labels = np.arange(60) % 3
USE
limits = open(f"/proc/{jvm.java.lang.ProcessHandle.current().pid()}/limits").read()
assert "Max core file size        0                    0" in limits, limits
raise SystemExit('checked')
"""
ROWS = "np.eye(3, 4)[labels] + 0.2 * random.standard_normal((60, 4)), labels"
CLASSIFIER = f'hetal.HetalClassifier("insecure_n10_l12", epochs=1, batch_rows=30, logit_range=32).fit({ROWS})'
OWNER_SETTINGS = {"data.classes": "3", "parameters": "insecure_n10_l12", "training.batch-rows": "30"}
# The Java machine started in another folder, so the path is absolute.
FOLDER = 'os.path.abspath("owner")'
OWNER = f"from hetal.owner import DataOwner; DataOwner.generate({FOLDER}, {ROWS}, {OWNER_SETTINGS}).close()"


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


@pytest.mark.parametrize("use", [CLASSIFIER, OWNER])
def test_java_machine_with_a_key_leaves_no_core_file(use: str, tmp_path: Path) -> None:
    """Nor a report of a fault that others may read."""
    code = PROTECTED.replace("USE", f"import os; os.chdir({str(tmp_path)!r}); " + use)
    code = code.replace("REPORT", repr(f"-XX:ErrorFile={tmp_path}/.hetal/crash/jvm_"))
    assert run(code, HOME=str(tmp_path)) == "checked"
    assert stat.S_IMODE((tmp_path / ".hetal/crash").stat().st_mode) == 0o700


def test_report_of_a_fault_is_written_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    protected = ["-XX:+DisableAttachMechanism", "-XX:-CreateCoredumpOnCrash"]
    private = [*protected, f"-XX:ErrorFile={tmp_path}/.hetal/crash/jvm_%p.log"]
    assert _owner_options() == private
    (tmp_path / ".hetal/crash").chmod(0o755)
    assert _owner_options() == [*protected, "-XX:+SuppressFatalErrorMessage"]
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    (tmp_path / "file").touch()
    assert _owner_options() == [*protected, "-XX:+SuppressFatalErrorMessage"]
