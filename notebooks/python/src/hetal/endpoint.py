"""Where the oracle listens."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hetal.errors import translated
from hetal.jvm import java_path


@dataclass(frozen=True)
class OracleEndpoint:
    """Both sides use the same values: the owner's side writes certificate and token, the cluster's side reads them.

    Attributes:
        folder: where `oracle.pem` and `oracle.token` are.
        host: name or address of the oracle.
        port: 1 to 65535; on the owner's side also 0 for any free port.
    """

    folder: Path
    host: str = "localhost"
    port: int = 8443

    def at(self, port: int) -> "OracleEndpoint":
        """The same endpoint at another port."""
        return replace(self, port=port)

    def java(self, view: Any) -> Any:
        """The endpoint as Java's."""
        # "in" is a word of Python.
        make = getattr(view.org.hetal.oracle.OracleEndpoint, "in")
        with translated():
            return make(java_path(view, self.folder), self.host, self.port)
