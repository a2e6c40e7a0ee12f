"""Errors of Java as errors of Python."""

from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError


class HetalError(RuntimeError):
    """A call of HETAL failed; the message is one line of the Java side.

    Attributes:
        java_class: full name of the exception, such as `org.hetal.dataset.CommitException`.
    """

    def __init__(self, message: str, java_class: str) -> None:
        super().__init__(message)
        self.java_class = java_class


class DataError(HetalError, ValueError):
    """A value of the data or a setting is wrong; the message names it and what was expected."""


class RetryLaterError(HetalError):
    """Something is away for now, such as the oracle. The same call later continues."""


_CLASSES: dict[str, type[HetalError]] = {
    "org.hetal.owner.table.DataException": DataError,
    "org.hetal.config.SettingsException": DataError,
    "org.hetal.spark.errors.RetryLaterException": RetryLaterError,
}


@contextmanager
def translated() -> Iterator[None]:
    """Raises exceptions of Java as `HetalError`; the Java stack trace is the cause."""
    try:
        yield
    except Py4JJavaError as e:
        exception = e.java_exception
        name = exception.getClass().getName()
        message = exception.getMessage() or exception.toString()
        raise _CLASSES.get(name, HetalError)(message, name) from e
