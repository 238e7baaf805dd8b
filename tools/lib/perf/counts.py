"""Allocations and syscalls between the marks of hot-probe: none."""

import json
import re

from programs import probe_line
from verdict import BROKEN, OK, Failure, Verdict

TRADES = 1_000_000
STAGES = ("decision", "pipeline")
CALL = re.compile(r"^(?:\d+\s+)?(?:<\.\.\. )?([a-z_0-9]+)")


def allocations(programs, stages=STAGES):
    library = programs.allocation_count()
    verdicts = []
    for stage in stages:
        report = programs.work / f"allocations.{stage}.json"
        report.unlink(missing_ok=True)
        output, _ = programs.run(
            programs.probe_command(stage, TRADES), {"LD_PRELOAD": str(library), "APUS_COUNT_FILE": str(report)})
        if not report.is_file():
            raise Failure(70, f"hot-probe {stage} passed no marks under {library}: is its libc glibc?")
        found = json.loads(report.read_text())
        calls = {name: count for name, count in found["counts"].items() if count}
        ran = probe_line(output)
        fields = {"value": sum(calls.values()), "expected": 0, "trades": ran["trades"], "signals": ran["signals"]}
        if found["sections"] != 1:
            raise Failure(70, f"hot-probe {stage} was counted {found['sections']} times and not once")
        if not calls:
            verdicts.append(Verdict(f"allocations.{stage}", OK, proved(ran), fields))
            continue
        text = ", ".join(f"{count} {name}" for name, count in calls.items())
        where = ", ".join(sorted({caller(programs, each) for each in found["callers"]}))
        verdicts.append(
            Verdict(f"allocations.{stage}", BROKEN, f"{text} in {ran['trades']} trades, 0 allowed; from {where}", fields))
    return verdicts


def caller(programs, each):
    """The function that an address of the report lies in."""
    output, _ = programs.run(
        ["nm", "--defined-only", "--numeric-sort", *([] if each["object"].endswith("hot-probe") else ["-D"]),
         each["object"]])
    name = "?"
    for line in output.splitlines():
        address, _, symbol = line.split(maxsplit=2)
        # The address is where the call returns to, so the call lies before it.
        if int(address, 16) >= each["offset"]:
            break
        name = symbol
    readable, _ = programs.run(["swift", "demangle", "--compact", "--simplified", name])
    return readable.strip()


def syscalls(programs, stages=STAGES):
    verdicts = []
    for stage in stages:
        log = programs.work / f"syscalls.{stage}.txt"
        output, _ = programs.run(["strace", "-f", "-o", str(log), *programs.probe_command(stage, TRADES)])
        between = section(log.read_text(errors="replace").splitlines(), stage)
        ran = probe_line(output)
        fields = {"value": len(between), "expected": 0, "trades": ran["trades"], "signals": ran["signals"]}
        if not between:
            verdicts.append(Verdict(f"syscalls.{stage}", OK, proved(ran), fields))
            continue
        names = {}
        for line in between:
            match = CALL.match(line)
            name = match.group(1) if match else line[:40]
            names[name] = names.get(name, 0) + 1
        text = ", ".join(f"{count} {name}" for name, count in sorted(names.items(), key=lambda item: -item[1])[:5])
        verdicts.append(
            Verdict(
                f"syscalls.{stage}", BROKEN,
                f"{text} in {ran['trades']} trades, 0 allowed; see {log.relative_to(programs.root)} between the marks",
                fields))
    return verdicts


def section(lines, stage):
    """What any thread called between the marks."""
    begin = [number for number, line in enumerate(lines) if '"apus:begin"' in line]
    end = [number for number, line in enumerate(lines) if '"apus:end"' in line]
    if len(begin) != 1 or len(end) != 1 or begin[0] > end[0]:
        raise Failure(70, f"strace saw {len(begin)} and {len(end)} marks of hot-probe {stage}: may it trace here?")
    return [line for line in lines[begin[0] + 1 : end[0]]]


def proved(ran):
    return f"none in {ran['trades']} trades with {ran['signals']} signals and {ran['paper']} changes of positions"
