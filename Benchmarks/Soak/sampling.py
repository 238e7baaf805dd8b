"""What /proc and the engine's own status say of a run, taken at the same moment."""

import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
# States of a symbol whose windows still lack something that is being fetched or waited for.
UNSETTLED = re.compile(r"\d+ (history|gap|awaiting|cut off|in doubt)\b")


def cpu_seconds(pid):
    """User and system time of a process and all its threads."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    # The name may hold anything, so fields are counted behind it.
    fields = text[text.rindex(")") + 2 :].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def resident_bytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(f"{pid} has ended")


@dataclass
class Sample:
    """One moment of the engine and its exchange. `seconds` count from the market's start."""

    seconds: float
    trades: int
    resident: int
    engine_cpu: float
    venue_cpu: float
    rest_weight: int
    rest_limit: int
    connections: int
    states: str
    feed: str
    gaps: int
    late: int
    refused: int

    @property
    def is_settled(self):
        return self.feed == "streaming" and self.connections > 0 and not UNSETTLED.search(self.states)


class Samples:
    """Filled by the thread that reads the engine's lines, read by the main one."""

    def __init__(self, venue):
        self._venue = venue
        self._engine_pid = None
        self._lock = threading.Lock()
        self._all = []

    def follow(self, engine_pid):
        self._engine_pid = engine_pid

    def take(self, status):
        # The first line may come before the caller knows the pid; the last after the process has ended.
        if self._engine_pid is None:
            return
        counters = status["counters"]
        try:
            sample = Sample(
                seconds=status["now_ms"] / 1000 - self._venue.start_seconds, trades=counters["trades"],
                resident=resident_bytes(self._engine_pid), engine_cpu=cpu_seconds(self._engine_pid),
                venue_cpu=cpu_seconds(self._venue.pid), rest_weight=status["rest_weight"],
                rest_limit=status["rest_limit"], connections=status["connections"], states=status["symbol_states"],
                feed=status["feed"], gaps=counters["gaps"], late=counters["late"], refused=counters["refused"])
        except (FileNotFoundError, ProcessLookupError):
            return
        with self._lock:
            self._all.append(sample)

    def all(self):
        with self._lock:
            return list(self._all)


def is_caught_up(samples, quiet_seconds):
    """Whether the engine has all that was traded, by its own account: nothing moved between two looks since the market went
    quiet, and no symbol waits for anything. The verdict doesn't rest on it; it only says when to look."""
    since = [sample for sample in samples if sample.seconds > quiet_seconds]
    return len(since) >= 2 and since[-1].is_settled and since[-1].trades == since[-2].trades


def weight_peak(samples):
    return max((sample.rest_weight for sample in samples), default=0)
