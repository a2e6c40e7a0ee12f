"""The oracle's process between setup and teardown."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException

from hetal_airflow.oracle import OracleProcess
from hetal_airflow.owner import Owner
from processes import is_alive, wait_for
from site_of_test import Site

RUN = "oracle"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("oracle"), "local[1]")
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, site)
        owner = Owner(str(site.training_conf), site.settings(RUN))
        for command in ("plan", "keygen", "encrypt"):
            owner.run(command)
    return site


def set_environment(patch: pytest.MonkeyPatch, site: Site) -> None:
    for name, value in site.environment.items():
        patch.setenv(name, value)


@pytest.fixture
def owner(prepared: Site, monkeypatch: pytest.MonkeyPatch):
    set_environment(monkeypatch, prepared)
    owner = Owner(str(prepared.training_conf), prepared.settings(RUN))
    yield owner
    OracleProcess(owner).stop()


def process(owner: Owner) -> int:
    return json.loads((owner.folder / "oracle.json").read_text(encoding="utf-8"))["pid"]


def token_file(owner: Owner) -> Path:
    return owner.folder.parent / "shared/runs" / RUN / "oracle.token"


def test_startedTwice_isOneProcess_stoppedTwice_isNone(owner):
    OracleProcess(owner).start()
    first = process(owner)
    # A session of its own: signals to the task's process group do not reach it.
    assert os.getsid(first) == first
    # The cluster's user reads it through the group of the run's folder.
    assert stat.S_IMODE(token_file(owner).stat().st_mode) == 0o640
    OracleProcess(owner).start()
    assert process(owner) == first
    OracleProcess(owner).stop()
    assert not is_alive(first)
    assert not (owner.folder / "oracle.json").exists()
    OracleProcess(owner).stop()


def test_killed_startsAgainWithTheSameToken(owner):
    OracleProcess(owner).start()
    first, before = process(owner), token_file(owner).read_text()
    os.kill(first, signal.SIGKILL)
    wait_for("the end of the oracle", lambda: not is_alive(first), 10)
    OracleProcess(owner).start()
    assert process(owner) != first
    assert token_file(owner).read_text() == before


def test_oracleOfAnotherRun_isRefusedAndLeftAlone(owner, prepared):
    OracleProcess(owner).start()
    other = OracleProcess(Owner(str(prepared.training_conf), prepared.settings("other")))
    with pytest.raises(AirflowFailException, match=f"expected none of another run, actual process {process(owner)}"):
        other.start()
    with pytest.raises(AirflowFailException, match="left alone"):
        other.stop()
    assert is_alive(process(owner))


def test_processThatTookTheNumber_isNotTheOracle(owner):
    """After a restart of the machine the number may belong to anything, such as this process."""
    known = {"pid": os.getpid(), "started": 1, "run": RUN}
    (owner.folder / "oracle.json").write_text(json.dumps(known), encoding="utf-8")
    OracleProcess(owner).stop()
    assert not (owner.folder / "oracle.json").exists()


def test_damagedFile_isRefused(owner):
    file = owner.folder / "oracle.json"
    file.write_text('{"pid": 1', encoding="utf-8")
    with pytest.raises(AirflowFailException, match="damaged file"):
        OracleProcess(owner).start()
    file.unlink()


def test_oracleThatCannotListen_failsWithItsExitCode(owner, prepared):
    with socket.socket() as taken:
        taken.bind(("localhost", prepared.oracle_port))
        taken.listen()
        with pytest.raises(AirflowFailException, match=r"hetal oracle: exit code 78: .*logs/oracle.log"):
            OracleProcess(owner).start()
    assert not (owner.folder / "oracle.json").exists()
    assert str(prepared.oracle_port) in Path(owner.log("oracle")).read_text(encoding="utf-8")
