"""The performance gate: see tools/perf --help, which builds what is measured here and installs what measures."""

import argparse
import sys
import time
from pathlib import Path

import annotations
import assembly
import counts
import instructions
import live
import ratios
from programs import Programs
from verdict import BROKEN, OK, Failure, Verdict, exit_code

CHECKS = ("annotations", "assembly", "allocations", "syscalls", "live", "instructions", "ratios")


class Parser(argparse.ArgumentParser):
    """argparse ends with 2, which here says something else."""

    def error(self, message):
        raise Failure(64, f"{message}: see tools/perf --help")


def arguments():
    parser = Parser(prog="tools/perf", add_help=False, allow_abbrev=False)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--binaries", type=Path)
    parser.add_argument("--only", default=",".join(CHECKS))
    parser.add_argument("--stages", default=",".join(instructions.STAGES))
    parser.add_argument("--table", type=Path)
    parser.add_argument("--ratio-table", type=Path)
    parser.add_argument("--calls", type=Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--update-ratios", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    gate = options.root / "Benchmarks/Gate"
    options.table = options.table or gate / "instructions.json"
    options.ratio_table = options.ratio_table or gate / "ratios.json"
    options.calls = options.calls or gate / "calls.json"
    options.only = listed(options.only, CHECKS, "--only")
    options.stages = listed(options.stages, instructions.STAGES, "--stages")
    return options


def listed(text, known, option):
    names = text.split(",")
    for name in names:
        if name not in known:
            raise Failure(64, f"{option} {name}: say one or more of {','.join(known)}")
    return names


def check_annotations(options):
    problems, count = annotations.check(options.root, options.root / "Benchmarks/Gate/annotations.json")
    if not problems:
        text = f"all {count} functions of the hot path carry @_noAllocation and @_noLocks"
        return [Verdict("annotations", OK, text, {"value": 0, "expected": 0, "functions": count})]
    return [Verdict("annotations", BROKEN, problem, {"value": len(problems), "expected": 0}) for problem in problems]


def check_assembly(options, programs):
    problems, reached, seen = assembly.check(programs, options.calls)
    if not problems:
        text = f"no swift_ call in {reached} functions of machine code; allowed and seen: {', '.join(seen) or 'nothing'}"
        return [Verdict("assembly", OK, text, {"value": 0, "expected": 0, "functions": reached})]
    return [Verdict("assembly", BROKEN, problem, {"value": len(problems), "expected": 0}) for problem in problems]


def check(options, programs):
    """All verdicts, printed as they come."""
    verdicts = []

    def tell(found, notes=()):
        for note in notes:
            print(f"tools/perf: {note}", file=sys.stderr)
        for verdict in found:
            print(verdict.json() if options.json else verdict.line(), flush=True)
        verdicts.extend(found)

    if "annotations" in options.only:
        tell(check_annotations(options))
    if "assembly" in options.only:
        tell(check_assembly(options, programs))
    if "allocations" in options.only:
        tell(counts.allocations(programs))
    if "syscalls" in options.only:
        tell(counts.syscalls(programs))
    if "live" in options.only:
        tell(live.check(programs))
    if "instructions" in options.only:
        tell(*instructions.check(programs, options.table, options.stages))
    if "ratios" in options.only:
        tell(*ratios.check(programs, options.ratio_table))
    return verdicts


def main():
    started = time.monotonic()
    try:
        options = arguments()
        work = options.root / ".build/perf"
        work.mkdir(parents=True, exist_ok=True)
        programs = Programs(options.root, work, options.binaries)
        if options.update or options.update_ratios:
            lines = instructions.update(programs, options.table) if options.update else []
            lines += ratios.update(programs, options.ratio_table) if options.update_ratios else []
            print("\n".join(lines))
            return 0
        verdicts = check(options, programs)
    except Failure as failure:
        print(f"tools/perf: {failure}", file=sys.stderr)
        return failure.code
    code = exit_code(verdicts)
    bad = [verdict for verdict in verdicts if verdict.outcome != OK]
    says = {
        0: "nothing is worse",
        1: f"{len(bad)} of {len(verdicts)} checks failed",
        2: "faster than a table says: run what is told above and commit Benchmarks/Gate",
    }
    print(f"tools/perf: {says[code]} ({time.monotonic() - started:.0f} s)", file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
