"""Settings of a training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hetal.errors import translated
from hetal.jvm import java_path


@dataclass(frozen=True)
class Settings:
    """Files and values over the defaults, as the options `-c` and `--set` of the commands.

    Attributes:
        values: setting to value, such as `{"training.epochs": "4"}`; they win over the files.
        files: files of settings; later ones win.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Path] = ()

    def load(self, view: Any, **more: str) -> Any:
        """The settings as Java's, checked.

        Args:
            view: of Java's classes.
            more: further values, with `_` for `.`; they win.

        Raises:
            DataError: naming every setting that is wrong.
        """
        files = view.java.util.ArrayList()
        for file in self.files:
            files.add(java_path(view, file))
        values = view.java.util.LinkedHashMap()
        for name, value in {**self.values, **{key.replace("_", "."): value for key, value in more.items()}}.items():
            values.put(name, value)
        with translated():
            return view.org.hetal.config.SettingsLoader.load(files, values)
