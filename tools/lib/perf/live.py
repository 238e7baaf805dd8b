"""The engine's own thread in `apus run`, spinning, against the simulated exchange: no syscall while trades flow.

hot-probe proves a loop of its own; this looks at the one that runs in production, with its ticks, its views for the screen
and its news. Only for some seconds and some trades, since the exchange's market makes a few a second; the verdict counts them.
"""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from verdict import BROKEN, OK, Failure, Verdict

# Trades flow within some seconds of the start; then the thread is watched, and the run goes on beyond.
WATCHED_SECONDS = 5
RUN_SECONDS = 30
STREAMING = re.compile(r"^\S+ status up \d+s feed streaming", re.MULTILINE)


def check(programs):
    log = programs.work / "syscalls.engine.txt"
    output = programs.work / "live.txt"
    runtime = programs.work / "runtime"
    log.unlink(missing_ok=True)
    with output.open("w", encoding="utf-8") as out:
        run = subprocess.Popen(
            [str(programs.root / "tools/run"), "--duration", str(RUN_SECONDS)], stdin=subprocess.DEVNULL, stdout=out,
            stderr=out, cwd=programs.root, env={"APUS__WAIT": "spin", **os.environ, "APUS_RUNTIME_DIR": str(runtime)})
        try:
            thread = engine_thread(run, output)
            tracer = subprocess.Popen(
                ["strace", "-o", str(log), "-p", thread.name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True)
            # Only what is decided under its eyes counts.
            said = tracer.stderr.readline()
            if "attached" not in said:
                tracer.kill()
                raise Failure(69, f"strace may not look at another process here: {said.strip()[:200]}")
            before = decisions(programs, runtime)
            time.sleep(WATCHED_SECONDS)
            trades = decisions(programs, runtime) - before
            tracer.send_signal(signal.SIGINT)
            tracer.communicate(timeout=30)
        finally:
            run.terminate()
            run.wait(timeout=60)
    if trades <= 0:
        raise Failure(70, f"no trade was decided in {WATCHED_SECONDS} s, which proves nothing: see {output}")
    calls = [line for line in log.read_text(errors="replace").splitlines() if "(" in line]
    fields = {"value": len(calls), "expected": 0, "seconds": WATCHED_SECONDS, "trades": trades}
    if calls:
        text = f"{len(calls)} syscalls of the engine's thread in {WATCHED_SECONDS} s, 0 allowed: {calls[0][:80]}"
        return [Verdict("syscalls.live", BROKEN, text, fields)]
    text = f"none of the engine's thread in {WATCHED_SECONDS} s and {trades} trades of apus run against exchange-sim"
    return [Verdict("syscalls.live", OK, text, fields)]


def decisions(programs, runtime):
    """Trades that the run has decided so far: to watch a thread that has nothing to do proves nothing."""
    output, _ = programs.run([str(programs.binary("apus")), "latency", "--json", "--runtime-dir", str(runtime)])
    return next(stage["count"] for stage in json.loads(output)["stages"] if stage["name"] == "decision")


def engine_thread(run, output):
    """The folder of the thread named engine below `run`, once its feed streams."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if run.poll() is not None:
            last = " / ".join(output.read_text(errors="replace").strip().splitlines()[-2:])
            raise Failure(70, f"tools/run ended before its feed streamed: {last}")
        if STREAMING.search(output.read_text(errors="replace")):
            for process in descendants(run.pid):
                for task in Path(f"/proc/{process}/task").glob("*"):
                    if (task / "comm").read_text().strip() == "engine":
                        return task
            raise Failure(70, "apus run has no thread named engine: correct tools/lib/perf/live.py")
        time.sleep(0.2)
    raise Failure(70, f"no feed streamed within 180 s: see {output}")


def descendants(process):
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in children for each in [child, *descendants(child)]]

