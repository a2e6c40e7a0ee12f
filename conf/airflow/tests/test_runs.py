"""Names of runs, the quality gate, and publication."""

from __future__ import annotations

import json
import os
import re
import stat

import pytest
from airflow.sdk.exceptions import AirflowFailException

from hetal_airflow import publication, quality
from hetal_airflow.owner import Owner
from hetal_airflow.runs import hetal_run_id


@pytest.mark.parametrize(
    "dag_run_id",
    ["manual__2026-11-28T12:52:49.366606+00:00", "scheduled__2026-11-28T00:00:00+00:00", "über/..", "+++", "a" * 250],
)
def test_runId_isOneThatHetalTakes_andStaysTheSame(dag_run_id):
    name = hetal_run_id(dag_run_id)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name)
    assert hetal_run_id(dag_run_id) == name


def test_runId_keepsApartWhatItCannotWrite():
    assert hetal_run_id("a:b") != hetal_run_id("a+b")
    assert hetal_run_id("a" * 100) != hetal_run_id("a" * 101)


def test_folderOfTheRun_isWritableForTheGroupOfTheSharedFolder(tmp_path, monkeypatch):
    shared = tmp_path / "shared"
    shared.mkdir()
    groups = [group for group in (*os.getgroups(), 1) if group != os.getgid() and (group != 1 or os.getuid() == 0)]
    if groups:
        os.chown(shared, -1, groups[0])
    monkeypatch.setenv("HETAL_OWNER", str(tmp_path))
    owner = Owner("training.conf", {"run-id": "a", "paths.run": f"file://{shared}/runs/a/run"})
    for _ in range(2):
        owner.share_run_folder()
        folder = (shared / "runs/a").stat()
        assert stat.S_IMODE(folder.st_mode) == 0o2770
        assert folder.st_gid == shared.stat().st_gid


@pytest.mark.parametrize(
    ("encrypted", "plain", "failure"),
    [
        (0.95, 0.95, None),
        (0.90, 0.91, None),
        (0.97, 0.90, None),
        (0.89, 0.89, "accuracy: expected at least 0.9"),
        (0.90, 0.95, "below that without encryption: expected at most 0.02"),
        (float("nan"), 0.95, "accuracy: expected at least 0.9"),
    ],
)
def test_qualityGate(tmp_path, encrypted, plain, failure):
    file = tmp_path / "evaluation.json"
    file.write_text(json.dumps({"accuracy_encrypted": encrypted, "accuracy_plain": plain}), encoding="utf-8")

    def check():
        quality.check(file, minimum_accuracy=0.9, maximum_accuracy_loss=0.02)

    if failure is None:
        check()
        return
    with pytest.raises(AirflowFailException, match=failure) as raised:
        check()
    # The figures are the owner's.
    assert str(encrypted) not in str(raised.value)


def test_publish_pointsLatestToTheRun_andKeepsAFinishedCopy(tmp_path, monkeypatch):
    monkeypatch.setenv("HETAL_OWNER", str(tmp_path))
    for run in ("first", "second"):
        owner = Owner("training.conf", {"run-id": run})
        owner.model.mkdir(parents=True)
        (owner.model / "model.npz").write_text(run, encoding="utf-8")
        owner.evaluation.write_text("{}", encoding="utf-8")
        # Of an attempt that was interrupted.
        (tmp_path / "published" / f".{run}.partial" / "model").mkdir(parents=True)
        publication.publish(owner)
        assert (tmp_path / "published/latest/model/model.npz").read_text(encoding="utf-8") == run
    (owner.model / "model.npz").write_text("changed", encoding="utf-8")
    publication.publish(owner)
    assert (tmp_path / "published/latest/model/model.npz").read_text(encoding="utf-8") == "second"
    assert sorted(path.name for path in (tmp_path / "published").iterdir()) == ["first", "latest", "second"]
