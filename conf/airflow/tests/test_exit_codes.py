"""Which exit codes are tried again: by the documented table, and by spark-submit itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from hetal_airflow.artifacts import artifact
from hetal_airflow.exit_codes import MEANINGS, require_success
from hetal_airflow.oracle import OracleProcess
from hetal_airflow.owner import Owner
from hetal_airflow.spark import HetalSparkSubmitOperator
from site_of_test import Site, cluster_jar

SOURCE = Path(__file__).resolve().parents[1]
RUN = "exit-codes"


def ends(status: int) -> type[BaseException] | None:
    try:
        require_success("train", status, "")
    except AirflowException as e:
        return type(e)
    return None


def test_75_andSignals_areTriedAgain_othersNot():
    assert ends(0) is None
    assert {status for status in range(1, 129) if ends(status) is AirflowException} == {75}
    assert {status for status in range(1, 129) if ends(status) is AirflowFailException} == set(range(1, 129)) - {75}
    # SIGKILL and SIGTERM, as Python and as a shell report them.
    assert [ends(status) for status in (-9, -15, 137, 143)] == [AirflowException] * 4


def test_codesAreThoseOfTheProduct():
    source = (SOURCE.parents[1] / "spark-job/io/src/main/java/org/hetal/command/ExitCode.java").read_text()
    assert {int(code) for code in re.findall(r"^  [A-Z]+\(\s*(\d+),", source, re.MULTILINE)} == {0, *MEANINGS}


def test_readmeDocumentsTheCodes():
    table = re.findall(r"^\| (\d+)[^|]*\|[^|]*\| (\w+)", (SOURCE / "README.md").read_text(), re.MULTILINE)
    assert {int(code) for code, _ in table} == {0, *MEANINGS}
    for code, action in table:
        expected = {None: "goes", AirflowException: "retries", AirflowFailException: "fails"}[ends(int(code))]
        assert (code, action) == (code, expected)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Spark in one process: what matters here is how spark-submit ends. The oracle has ended."""
    site = Site(tmp_path_factory.mktemp("local"), "local[1]")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in site.environment.items():
            patch.setenv(name, value)
        owner = Owner(str(site.training_conf), site.settings(RUN))
        owner.check()
        for command in ("plan", "keygen", "encrypt"):
            owner.run(command)
        # Its certificate and token stay where the cluster finds them.
        oracle = OracleProcess(owner)
        oracle.start()
        oracle.stop()
    return site


def train(site: Site, monkeypatch: pytest.MonkeyPatch, *words: str, **arguments: object) -> None:
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    settings = site.settings(RUN)
    HetalSparkSubmitOperator(
        task_id="train",
        conn_id="hetal_spark",
        application=str(cluster_jar()),
        java_class="org.hetal.spark.Main",
        application_args=["train", "--config", str(site.training_conf)]
        + [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        + list(words),
        result=settings["paths.run"] + "/model/manifest.json",
        **arguments,
    ).execute({})


@pytest.mark.parametrize(
    ("words", "status", "failure"),
    [
        (["--set", "no-such-setting=1"], 78, AirflowFailException),
        (["--frobnicate"], 64, AirflowFailException),
        (["--set", "paths.dataset=/nowhere"], 65, AirflowFailException),
        # The oracle is away.
        (["--set", "oracle.retry-timeout=1s"], 75, AirflowException),
    ],
)
def test_exitCodeOfSparkSubmit_decides(local, monkeypatch, words, status, failure):
    with pytest.raises(AirflowException, match=f"exit code {status}:") as raised:
        train(local, monkeypatch, *words)
    assert raised.type is failure


def test_inputWithAnotherDigest_failsBeforeSparkSubmit(local, monkeypatch):
    manifest = artifact(local.settings(RUN)["paths.dataset"] + "/manifest.json")
    with pytest.raises(AirflowFailException, match=r"SHA-256: expected 0{64}, actual [0-9a-f]{64}"):
        train(local, monkeypatch, inputs=[manifest | {"sha256": "0" * 64}])
    with pytest.raises(AirflowFailException, match="expected a file, actual none"):
        train(local, monkeypatch, inputs=[manifest | {"uri": manifest["uri"] + ".moved"}])


def test_ownersCommand_saysItsExitCode_andKeepsItsOutput(local, monkeypatch, capfd):
    for name, value in local.environment.items():
        monkeypatch.setenv(name, value)
    owner = Owner(str(local.training_conf), local.settings(RUN))
    rows = local.owner / "data/rows.csv"
    whole = rows.read_text(encoding="utf-8")
    rows.write_text(whole.replace("\n", "\nnot-a-number,1,1,1,1\n", 1), encoding="utf-8")
    with pytest.raises(AirflowFailException, match=r"exit code 65: .*output is in \$HETAL_OWNER/runs") as raised:
        owner.run("plan")
    rows.write_text(whole, encoding="utf-8")
    assert "not-a-number" in owner.log("plan").read_text(encoding="utf-8")
    assert "not-a-number" not in str(raised.value) + "".join(capfd.readouterr())


def test_check_namesWhatIsMissing(local, monkeypatch):
    for name, value in local.environment.items():
        monkeypatch.setenv(name, value)

    def refused(settings: dict[str, str] | None = None) -> str:
        with pytest.raises(AirflowFailException) as raised:
            Owner(str(local.training_conf), settings or local.settings(RUN)).check()
        return str(raised.value)

    local.owner.chmod(0o750)
    assert "expected a folder with mode 0700, actual mode 0750" in refused()
    local.owner.chmod(0o700)
    assert "expected the file: URI" in refused(local.settings(RUN) | {"paths.key-bundle": "/shared/keys"})
    monkeypatch.setenv("HETAL_COMMAND", "no-such-command")
    assert "HETAL_COMMAND: expected the command hetal" in refused()
    monkeypatch.delenv("HETAL_OWNER")
    assert "is this a worker of the owner's queue?" in refused()
