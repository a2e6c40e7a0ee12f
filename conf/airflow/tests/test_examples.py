"""The settings that people copy are settings that HETAL takes."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

from hetal_airflow.owner import Owner
from site_of_test import SOURCE, TREE, Site


def test_planWithTheExampleSettings(tmp_path: Path, monkeypatch):
    site = Site(tmp_path, "local[1]")
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)
    shutil.copy(SOURCE / "owner.conf", site.owner)
    rows = gzip.decompress((TREE / "conf/data/digits.csv.gz").read_bytes())
    (site.owner / "data/train.csv").write_bytes(rows)
    owner = Owner(str(SOURCE / "training.conf"), site.settings("example"))
    owner.check()
    owner.run("plan")
    assert (site.shared / "runs/example/plan.json").exists()
    assert "128-bit" in owner.log("plan").read_text(encoding="utf-8")
