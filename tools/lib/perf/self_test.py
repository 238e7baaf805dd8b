"""The gate's own test: plants faults in real runs of the gate and sees it fail with the right words.

It counts its own table first, so that it judges the gate and not the code. hot-probe plants what APUS_PROBE_PLANT names;
sources and roots are given wrong ones; a ratio is held to two thirds of what it is.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import instructions
import ratios
from gate import Parser, listed
from programs import Programs
from verdict import Failure

GATE = Path(__file__).with_name("gate.py")
PRODUCTS = ("hot-probe", "hot-bench", "apus", "exchange-sim")


class Test:
    """Runs of the gate, and how many ended otherwise than they should."""

    def __init__(self, programs, folder):
        self.programs, self.folder, self.failed = programs, folder, 0

    def gate(self, name, code, *needles, plant="", root=None, options=(), environment=None):
        """One run; it must end with `code`, and what it prints hold every needle."""
        # Built once; the runs of the gate find it done.
        binaries = [self.programs.binary(product).parent for product in PRODUCTS][0]
        command = [
            sys.executable, str(GATE), "--root", str(root or self.programs.root), "--binaries", str(binaries), *options]
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
            env={**os.environ, "APUS_PROBE_PLANT": plant, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})})
        said = done.stdout + done.stderr
        missing = [needle for needle in needles if needle not in said]
        if done.returncode == code and not missing:
            print(f"ok      {name}", flush=True)
            return said
        self.failed += 1
        print(f"FAILED  {name}: ended with {done.returncode}, {code} was due; missing {missing}\n{said}", flush=True)
        return said


def instruction_faults(test):
    """A slowdown of 5 % in decision fails, one of 1 % passes, and being faster asks for an update."""
    table = test.folder / "instructions.json"
    base = instructions.measure(test.programs, ("decision",))["decision"]
    header = {"compiler": instructions.compiler_version(), "march": instructions.march()}
    options = ("--only", "instructions", "--stages", "decision", "--table", str(table))

    def expect(value):
        table.write_text(json.dumps({**header, "stages": {"decision": value}}))

    expect(round(base, 1))
    test.gate("the same instructions pass", 0, "ok       instructions.decision", options=options)
    test.gate(
        "+5 % instructions in decision fail", 1, "worse    instructions.decision", "more than +2%",
        "callgrind_annotate .build/perf/callgrind.decision", plant=f"instructions:{round(base * 0.05)}", options=options)
    test.gate(
        "+1 % instructions in decision pass", 0, "ok       instructions.decision",
        plant=f"instructions:{round(base * 0.01)}", options=options)
    expect(round(base * 1.05, 1))
    test.gate("faster asks for an update", 2, "improved instructions.decision", "tools/perf --update", options=options)
    header["compiler"] = "Swift version 5.0"
    expect(round(base, 1))
    test.gate("another compiler is told", 0, "is of compiler Swift version 5.0", options=options)
    table.unlink()
    test.gate("a missing table is no pass", 66, "run tools/perf --update", options=options)


def count_faults(test):
    """A malloc or a syscall in a thousand trades fails."""
    options = ("--only", "allocations,syscalls")
    test.gate(
        "a planted allocation fails", 1, "broken   allocations.decision", "1000 malloc", "apus_probe_allocate",
        "broken   allocations.pipeline", "ok       syscalls.decision", plant="allocation", options=options)
    test.gate(
        "a planted syscall fails", 1, "broken   syscalls.decision", "1000 getppid", "broken   syscalls.pipeline",
        "ok       allocations.decision", plant="syscall", options=options)


def live_faults(test):
    """An engine that parks while it has nothing to do makes syscalls."""
    test.gate(
        "a live engine that parks fails", 1, "broken   syscalls.live", options=("--only", "live"),
        environment={"APUS__WAIT": "backoff"})


def assembly_faults(test):
    """Setting an engine up calls the runtime: as a root it must fail. So must a root that is not there."""
    calls = json.loads((test.programs.root / "Benchmarks/Gate/calls.json").read_text())
    options = ("--only", "assembly", "--calls", str(test.folder / "calls.json"))

    def roots(*names, **more):
        (test.folder / "calls.json").write_text(json.dumps({**calls, "roots": {"apus": names}, **more}))

    roots("Engine.init(_:)", allowed={**calls["allowed"], "swift_release": "cannot be allowed"})
    test.gate("a call of the runtime fails", 1, "calls swift_release: Engine.init(_:)", options=options)
    roots("Engine.step(_:now:into:)", allowed={})
    test.gate(
        "a call that is not listed fails", 1, "calls SHA256_Init: Engine.step(_:now:into:) -> ", options=options)
    roots("Engine.leap(_:)")
    test.gate("a root that is gone fails", 1, "apus has no function Engine.leap(_:)", options=options)


def annotation_faults(test):
    """A function without the attributes fails, and so does a reason for one that has gone."""
    root = test.folder / "tree"
    for folder in ("Sources/HotPath", "Sources/Memory", "Benchmarks/Gate"):
        shutil.copytree(test.programs.root / folder, root / folder)
    engine = root / "Sources/HotPath/Engine.swift"
    text = engine.read_text()
    engine.write_text(text + "\nextension Engine {\n  func planted(\n    _ a: Int, at b: Int\n  ) -> Int { a }\n}\n")
    name = f"Sources/HotPath/Engine.swift:{text.count(chr(10)) + 3}: Engine.planted(_:at:) lacks"
    test.gate("a function without attributes fails", 1, name, root=root, options=("--only", "annotations"))
    engine.write_text(text + "\nextension Engine {\n  @_noLocks\n  var planted: Int64 { counters.take() }\n}\n")
    test.gate(
        "one attribute of two fails", 1, "Engine.planted lacks", root=root, options=("--only", "annotations"))
    engine.write_text(text)
    table = root / "Benchmarks/Gate/annotations.json"
    table.write_text(table.read_text().replace('"Engine.poolUse()"', '"Engine.poolUsed()"'))
    test.gate(
        "a stale reason fails", 1, "Engine.poolUse() lacks", "has no Engine.poolUsed()", root=root,
        options=("--only", "annotations"))


def ratio_faults(test):
    """A row half again as slow as its ratio fails after its second run; one within it passes."""
    table = test.folder / "ratios.json"
    rows = ratios.measure(test.programs)
    slow, fine = list(ratios.read(test.programs.root / "Benchmarks/Gate/ratios.json"))[:2]
    # Half of what is allowed: that the row is found and judged, not how quiet the machine is.
    table.write_text(json.dumps({"ratios": {slow: round(rows[slow] / 1.5, 4), fine: round(rows[fine] * 1.1, 4)}}))
    test.gate(
        "a ratio half again above its limit fails", 1, f"worse    ratio.{slow}", "in two runs", f"ok       ratio.{fine}",
        options=("--only", "ratios", "--ratio-table", str(table)))
    table.write_text(json.dumps({"bytes_per_trade_max": 20, "ratios": {fine: round(rows[fine] * 1.1, 4)}}))
    test.gate(
        "a trade of more bytes than allowed fails", 1, "worse    memory.trade", f"ok       ratio.{fine}",
        options=("--only", "ratios", "--ratio-table", str(table)))
    table.write_text(json.dumps({"ratios": {fine: round(rows[fine] * 2, 4)}}))
    test.gate(
        "a ratio half of its limit asks for an update", 2, f"improved ratio.{fine}", "tools/perf --update-ratios",
        options=("--only", "ratios", "--ratio-table", str(table)))


FAULTS = {
    "annotations": annotation_faults, "assembly": assembly_faults, "counts": count_faults,
    "instructions": instruction_faults, "live": live_faults, "ratios": ratio_faults,
}


def main():
    parser = Parser(prog="tools/perf --self-test", add_help=False, allow_abbrev=False)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--only", default=",".join(FAULTS))
    with tempfile.TemporaryDirectory() as folder:
        try:
            options = parser.parse_args()
            work = options.root / ".build/perf"
            work.mkdir(parents=True, exist_ok=True)
            test = Test(Programs(options.root, work), Path(folder))
            for name in listed(options.only, FAULTS, "--only"):
                FAULTS[name](test)
        except Failure as failure:
            print(f"tools/perf --self-test: {failure}", file=sys.stderr)
            return failure.code
    if test.failed:
        print(f"tools/perf --self-test: {test.failed} runs of the gate ended otherwise than they should", file=sys.stderr)
        return 1
    print("the gate fails when it should")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
