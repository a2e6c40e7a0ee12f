"""Types passphrases of the secret key on a terminal, as a user of ./hetal does: keygen, encrypt and change-passphrase.

terminal_test.py  needs a tree that is built
"""

import contextlib
import os
import pathlib
import pty
import select
import signal
import stat
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
FIRST = "correct hörse battery"
SECOND = "another horse entirely"
ASKED = "Passphrase of "
ASKED_FOR_NEW = "New passphrase of "
ASKED_AGAIN = "The same again: "
CTRL_C = b"\x03"
PATIENCE_SECONDS = 120
INTERRUPTED = 130  # what a shell gives for a program that SIGINT ended
CONFIGURATION = 78
ECHO_FLAGS = 3  # index of the local flags in what termios gives
SETTINGS = """
hetal {
  backend = native, parameters = insecure_n10_l12, threads = 1
  data { train.features = "rows.csv", classes = 3 }
  training { batch-rows = 60, epochs = 2, logit-range = 32 }
}
"""


def expect(what, expected, actual):
    if expected != actual:
        sys.exit(f"terminal_test.py: {what}: expected {expected!r}, actual {actual!r}")


class Terminal:
    """A command whose standard streams are a terminal of its own."""

    def __init__(self, folder, *words):
        self.seen = ""
        self.read = 0
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            # A shell starts programs in the background with Ctrl-C ignored, and they pass that on.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(folder)
            os.environ["HOME"] = str(folder)
            os.execv(ROOT / "hetal", ["hetal", *words])
        expect("echo before the question", True, self.echoes())

    def echoes(self):
        return bool(termios.tcgetattr(self.terminal)[ECHO_FLAGS] & termios.ECHO)

    def more(self, seconds):
        """False at the end of the output, which is an error of the operating system."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            sys.exit(f"terminal_test.py: expected more output within {seconds:.0f} s, actual {self.seen!r}")
        with contextlib.suppress(OSError):
            new = os.read(self.terminal, 4096).decode("utf-8", "replace")
            self.seen += new
            return bool(new)
        return False

    def asked(self, question):
        """Waits for the question; nothing that is typed may be shown then."""
        end = time.monotonic() + PATIENCE_SECONDS
        while question not in self.seen[self.read :]:
            if not self.more(end - time.monotonic()):
                sys.exit(f"terminal_test.py: expected the question {question!r}, actual {self.seen!r}")
        self.read = self.seen.index(question, self.read) + len(question)
        expect(f"echo at {question!r}", False, self.echoes())
        limits = pathlib.Path(f"/proc/{self.process}/limits").read_text(encoding="ascii")
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        expect("the core file that this process may leave", ["0", "0"], core.split()[4:6])

    def answer(self, question, text):
        self.asked(question)
        os.write(self.terminal, text.encode() + b"\n")

    def interrupt(self, question):
        self.asked(question)
        os.write(self.terminal, CTRL_C)

    def end(self, status):
        end = time.monotonic() + PATIENCE_SECONDS
        while self.more(end - time.monotonic()):
            pass
        echoes = self.echoes()  # of the terminal that the command left
        _, code = os.waitpid(self.process, 0)
        os.close(self.terminal)
        expect(f"exit code, with the output {self.seen!r}", status, os.waitstatus_to_exitcode(code))
        for passphrase in (FIRST, SECOND):
            expect("a passphrase in what the terminal shows", False, passphrase in self.seen)
        return echoes


def files_of_the_key(folder):
    return sorted(path.name for path in (folder / ".hetal/owner").glob("*") if "secret" in path.name)


def hidden_files_of_the_key(folder):
    return sorted(path.name for path in (folder / ".hetal/owner").glob(".*secret*"))


def run(folder):
    (folder / "rows.csv").write_text("".join(f"{9 if i % 3 == 0 else i % 4},{3 * (i % 3)},{i % 3}\n" for i in range(60)))
    (folder / "my.conf").write_text(SETTINGS)
    typed = ("-c", "my.conf", "--set", "paths.passphrase=terminal")
    key = folder / ".hetal/owner/secret.key"

    for question in (ASKED_FOR_NEW, ASKED_AGAIN):
        keygen = Terminal(folder, "keygen", *typed)
        if question == ASKED_AGAIN:
            keygen.answer(ASKED_FOR_NEW, FIRST)
        keygen.interrupt(question)
        expect(f"echo after Ctrl-C at {question!r}", True, keygen.end(INTERRUPTED))
        expect(f"files of the key after Ctrl-C at {question!r}", [], files_of_the_key(folder))
        expect(f"hidden files of the key after Ctrl-C at {question!r}", [], hidden_files_of_the_key(folder))
    print("passed: Ctrl-C at a question ends keygen and leaves no file")

    keygen = Terminal(folder, "keygen", *typed)
    keygen.answer(ASKED_FOR_NEW, FIRST)
    keygen.answer(ASKED_AGAIN, FIRST + "!")
    keygen.end(CONFIGURATION)
    expect("files of the key after two different passphrases", [], files_of_the_key(folder))
    keygen = Terminal(folder, "keygen", *typed)
    keygen.answer(ASKED_FOR_NEW, FIRST)
    keygen.answer(ASKED_AGAIN, FIRST)
    expect("echo after keygen", True, keygen.end(0))
    expect("files of the key", ["secret.key"], files_of_the_key(folder))
    expect("mode of the key", 0o600, stat.S_IMODE(key.stat().st_mode))
    print("passed: keygen asks twice, without echo")

    encrypt = Terminal(folder, "encrypt", *typed)
    encrypt.answer(ASKED, SECOND)
    encrypt.end(CONFIGURATION)
    encrypt = Terminal(folder, "encrypt", *typed)
    encrypt.answer(ASKED, FIRST)
    encrypt.end(0)
    same = folder / "passphrase"
    same.touch(0o600)
    same.write_text(FIRST + "\n", encoding="utf-8")
    Terminal(folder, "encrypt", "-c", "my.conf", "--set", f"paths.passphrase={same}").end(0)
    print("passed: encrypt asks once and decrypts the key; a file with the same line does, too")

    for descriptor in (3, 4, 9):
        script = f'exec {descriptor}< <(cat "$1"); exec "${{@:2}}" --set paths.passphrase=/dev/fd/{descriptor}'
        words = ["bash", "-c", script, "bash", same, ROOT / "hetal", "encrypt", "-c", "my.conf"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        expect(f"exit code with a passphrase from descriptor {descriptor}, {done.stderr}", 0, done.returncode)
    print("passed: the passphrase from a descriptor that was open before")

    before = key.read_bytes()
    change = Terminal(folder, "change-passphrase", *typed, "--new-passphrase", "terminal")
    change.answer(ASKED, FIRST)
    change.interrupt(ASKED_FOR_NEW)
    expect("echo after Ctrl-C in change-passphrase", True, change.end(INTERRUPTED))
    expect("the key after Ctrl-C", before, key.read_bytes())
    change = Terminal(folder, "change-passphrase", *typed, "--new-passphrase", "terminal")
    change.answer(ASKED, FIRST)
    change.answer(ASKED_FOR_NEW, SECOND)
    change.answer(ASKED_AGAIN, SECOND)
    change.end(0)
    encrypt = Terminal(folder, "encrypt", *typed)
    encrypt.answer(ASKED, SECOND)
    encrypt.end(0)
    expect("files of the key in the end", ["secret.key"], files_of_the_key(folder))
    print("passed: change-passphrase asks for the old one and twice for the new one")


def main():
    signal.alarm(20 * 60)
    with tempfile.TemporaryDirectory() as folder:
        run(pathlib.Path(folder))


if __name__ == "__main__":
    main()
