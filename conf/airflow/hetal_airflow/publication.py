"""Puts a decrypted model where the owner's programs read it."""

from __future__ import annotations

import shutil

from hetal_airflow.owner import Owner


def publish(owner: Owner) -> None:
    """Copies model and evaluation to `published/RUN`, then points `published/latest` there in one step.

    Readers of `latest` see the old model or the new one, whole. What an interruption left unfinished is begun again; a
    finished copy is kept, since a run has one model.
    """
    published = owner.folder / "published"
    target = published / owner.run_id
    if not target.exists():
        partial = published / f".{owner.run_id}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700, parents=True)
        shutil.copytree(owner.model, partial / "model")
        shutil.copy2(owner.evaluation, partial)
        partial.replace(target)
    link = published / ".latest"
    link.unlink(missing_ok=True)
    link.symlink_to(owner.run_id)
    link.replace(published / "latest")
    print(f"published: run {owner.run_id}")
