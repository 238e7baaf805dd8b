"""The programs that are measured, and running them."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from verdict import Failure

TIME_LIMIT_SECONDS = 600
BUILD_LIMIT_SECONDS = 3600
# Trades before the first mark: all windows are full, and strategies are warm.
WARM_UP = 200_000


@dataclass
class Programs:
    """`work` holds what a run leaves for whoever looks closer. `binaries` is the folder of a release build that is done;
    without it, what is asked for is built."""

    root: Path
    work: Path
    binaries: Optional[Path] = None

    def __post_init__(self):
        self._built = {}

    @property
    def probe(self):
        return self.binary("hot-probe")

    def binary(self, name):
        """A program's path, built on the first call."""
        if name not in self._built:
            self._built[name] = self._place(name)
        return self._built[name]

    def _place(self, name):
        folder = self.binaries
        if folder is None:
            build = ["swift", "build", "-c", "release", "--package-path", str(self.root)]
            done = subprocess.run(
                [*build, "--product", name], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False,
                timeout=BUILD_LIMIT_SECONDS)
            if done.returncode != 0:
                raise Failure(70, f"{name} could not be built: correct what is told above")
            folder = Path(self.run([*build, "--show-bin-path"])[0].strip())
        path = folder / name
        if not path.is_file():
            raise Failure(66, f"{path} is not there: build it with `swift build -c release --product {name}`")
        return path

    def probe_command(self, stage, trades, warm_up=WARM_UP, program=None):
        strategies = str(self.root / "strategies")
        return [
            str(program or self.probe), stage, "--trades", str(trades), "--warm-up", str(warm_up), "--strategies",
            strategies]

    def stripped_probe(self):
        """Without debug information: valgrind before 3.20 cannot read DWARF 5. Symbols stay."""
        stripped = self.work / "hot-probe"
        self.run(["strip", "--strip-debug", "-o", str(stripped), str(self.probe)])
        return stripped

    def allocation_count(self):
        """The counter of allocations, compiled."""
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("clang")
        if not compiler:
            raise Failure(69, "no C compiler: install gcc")
        library = self.work / "allocation_count.so"
        source = self.root / "Benchmarks/AllocationCount/allocation_count.c"
        self.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"])
        return library

    def run(self, command, environment=None):
        """Standard output and standard error; a command that fails ends the gate."""
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})}, timeout=TIME_LIMIT_SECONDS, check=False)
        except FileNotFoundError:
            raise Failure(69, f"{command[0]} is not installed: run tools/perf, which installs it") from None
        except subprocess.TimeoutExpired:
            raise Failure(70, f"no end after {TIME_LIMIT_SECONDS} s: {' '.join(command)}") from None
        if done.returncode != 0:
            last = " / ".join(done.stderr.strip().splitlines()[-3:])
            raise Failure(70, f"{' '.join(command)} ended with {done.returncode}: {last}")
        return done.stdout, done.stderr


def probe_line(text):
    """What hot-probe printed."""
    for line in text.splitlines():
        if line.startswith('{"stage"'):
            return json.loads(line)
    raise Failure(70, f"hot-probe printed no line of JSON but: {text.strip()[:200]}")


def compiler_version():
    text = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"Swift version \S+", text)
    return match.group(0) if match else text.splitlines()[0]


def march():
    """What Package.swift compiles for."""
    return os.environ.get("APUS_MARCH") or "x86-64-v3"
