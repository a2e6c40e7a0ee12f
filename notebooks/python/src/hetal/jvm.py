"""The Java machine of PySpark, with the jars of HETAL on its class path."""

import glob
import os
import stat
import warnings
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

JARS = "HETAL_JARS"
_LOG = Path(__file__).with_name("log4j2.properties")
_CLUSTER, _OWNER = "org.hetal.spark.ml.EncryptedModel", "org.hetal.owner.DataOwner"


def jars() -> list[Path]:
    """The jars of HETAL.

    Taken from the environment variable `HETAL_JARS` (paths or patterns, separated by colons), or from the tree that
    this file is in when it is used from its sources.

    Returns:
        existing files, those of the data owner first.

    Raises:
        FileNotFoundError: when there are none.
    """
    given = os.environ.get(JARS)
    patterns = given.split(":") if given else _of_tree()
    found = [Path(file) for pattern in patterns for file in sorted(glob.glob(pattern))]  # noqa: PTH207
    found = [jar for jar in found if not jar.name.endswith(("-sources.jar", "-javadoc.jar"))]
    if not found:
        raise FileNotFoundError(
            f"{JARS}: expected jars, actual none in {':'.join(patterns)}; build them with ./hetal build and run eval "
            '"$(./hetal notebook --environment)"'
        )
    return found


def _of_tree() -> list[str]:
    modules = Path(__file__).resolve().parents[4] / "spark-job"
    return [
        glob.escape(str(modules)) + pattern
        for pattern in (
            "/owner/target/hetal-owner-*.jar",
            "/owner/target/lib/*.jar",
            "/spark/target/hetal-spark-*-spark.jar",
        )
    ]


def _owner_options() -> list[str]:
    """As the owner's commands: no program attaches to the JVM, as `jcmd` does to dump the heap.

    What the JVM writes when native code fails may hold parts of a key.
    It goes to a folder that only this user may read. Without such a folder it is not written.
    """
    try:
        folder = Path.home() / ".hetal" / "crash"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Java takes the working directory in place of a folder that it cannot write.
        private = stat.S_IMODE(folder.stat().st_mode) == 0o700 and os.access(folder, os.W_OK)
    except (OSError, RuntimeError):  # no home folder, or one that cannot be written
        private = False
    report = f"-XX:ErrorFile={folder}/jvm_%p.log" if private else "-XX:+SuppressFatalErrorMessage"
    return ["-XX:+DisableAttachMechanism", "-XX:-CreateCoredumpOnCrash", report]


def local_session(master: str = "local[*]", driver_memory: str = "2g") -> SparkSession:
    """A Spark of this process with the jars of HETAL, to explore. It authenticates and listens on 127.0.0.1 alone.

    If native code fails, the Java machine writes no core file, and its report to `~/.hetal/crash` (mode 0700) or
    nowhere. The same session is returned while it runs.

    Work on a cluster with a session of your own, whose `spark.jars` has the cluster's jar
    (`hetal-spark-VERSION-spark.jar`) and nothing else of HETAL.

    Args:
        master: `local`, `local[N]` or `local[*]`.
        driver_memory: of the Java heap; the engine's memory comes on top.

    Returns:
        the session.
    """
    options = [f"-Dlog4j2.configurationFile={_LOG.as_uri()}", *_owner_options()]
    return (
        SparkSession.builder.master(master)
        .appName("hetal")
        .config("spark.driver.memory", driver_memory)
        # Not the driver's extra class path: Spark's own versions of common libraries come first.
        .config("spark.jars", ",".join(str(jar) for jar in jars()))
        .config("spark.driver.extraJavaOptions", " ".join(f'"{option}"' for option in options))
        # Every user of the machine reaches 127.0.0.1.
        .config("spark.authenticate", "true")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )


def java(spark: SparkSession | None = None, owner: bool = False) -> Any:
    """The view of Java's classes: `java().org.hetal.config.SettingsLoader`.

    Args:
        spark: a session whose class path has the jars; default: the active one, or `local_session()`.
        owner: whether the jars of the data owner are needed, too.

    Raises:
        RuntimeError: when the session runs without the jars.
    """
    session = spark or SparkSession.getActiveSession() or local_session()
    view = session.sparkContext._jvm
    if view is None:
        raise RuntimeError("spark: expected a session with a Java machine of its own, actual one of Spark Connect")
    if not _is_class(view, _CLUSTER):
        raise RuntimeError(
            "spark: expected a session with HETAL's jars, actual one without; stop it and call hetal.local_session(), "
            "or set spark.jars to hetal-spark-VERSION-spark.jar before it starts"
        )
    if owner and not _is_class(view, _OWNER):
        raise RuntimeError(
            "spark: expected a session with the data owner's jars, actual one with the cluster's alone; stop it, let "
            f"{JARS} name both, and call hetal.local_session()"
        )
    return view


def _is_class(view: Any, name: str) -> bool:
    # What is not a class is a package to py4j.
    return type(_member(view, name)).__name__ == "JavaClass"


def _member(view: Any, name: str) -> Any:
    for part in name.split("."):
        view = getattr(view, part)
    return view


def protect_process(view: Any, settings: Any) -> None:
    """Protects the Java machine, which gets a secret key, as the owner's commands do; warns when it cannot.

    It writes no core file, and other processes cannot read its memory. That cannot be taken back. Keys of the simulator
    protect nothing, so nothing is done for them.

    Args:
        view: of a session with the data owner's jars.
        settings: Java's, with the backend.
    """
    refusal = view.org.hetal.owner.ProcessProtection.of(settings)
    if refusal:
        warnings.warn(refusal, RuntimeWarning, stacklevel=3)


def java_path(view: Any, path: str | os.PathLike[str]) -> Any:
    """A `java.nio.file.Path`."""
    return view.java.io.File(os.fspath(path)).toPath()
