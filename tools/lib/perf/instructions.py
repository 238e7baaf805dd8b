"""Instructions a trade, counted by callgrind, against a committed table.

callgrind counts the same on every machine; what differs is the compiler, what it compiles for, and libraries. It collects
only inside hot-probe's marks, so neither the market's making nor the warm-up counts.
"""

import json
import re

from programs import compiler_version, march, probe_line
from verdict import IMPROVED, OK, WORSE, Failure, Verdict

# The last 6 of 30 hours: each trade counted enters all three windows, and one leaves each.
TRADES = 100_000
WARM_UP = 400_000
SLACK = 0.02
STAGES = ("parse", "window", "score", "decision")
COLLECTED = re.compile(r"^summary: (\d+)", re.MULTILINE)


def measure(programs, stages=STAGES):
    """Instructions a trade by stage. Score is what evaluating adds to windows."""
    probe = programs.stripped_probe()
    runs = set(stages) | ({"window"} if "score" in stages else set())
    counted = {}
    for stage in [stage for stage in STAGES if stage in runs]:
        profile = programs.work / f"callgrind.{stage}"
        profile.unlink(missing_ok=True)
        output, _ = programs.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", "--collect-atstart=no",
             "--toggle-collect=apus_probe_section", *programs.probe_command(stage, TRADES, WARM_UP, probe)])
        summary = COLLECTED.search(profile.read_text(errors="replace"))
        if not summary or int(summary.group(1)) == 0:
            raise Failure(70, f"callgrind collected nothing of hot-probe {stage}: has apus_probe_section gone?")
        counted[stage] = int(summary.group(1)) / probe_line(output)["trades"]
    if "score" in counted:
        counted["score"] -= counted["window"]
    return {stage: counted[stage] for stage in STAGES if stage in stages}


def check(programs, table, stages=STAGES):
    expected = read(table)
    verdicts = []
    notes = []
    for what, now in (("compiler", compiler_version()), ("march", march())):
        if expected[what] != now:
            notes.append(
                f"{table.name} is of {what} {expected[what]}, this is {now}: a difference below may be the {what}'s")
    for stage, value in measure(programs, stages).items():
        if stage not in expected["stages"]:
            raise Failure(65, f"{table} has no stage {stage}: run tools/perf --update")
        verdicts.append(judge(programs, stage, value, expected["stages"][stage]))
    return verdicts, notes


def judge(programs, stage, value, expected):
    change = value / expected - 1
    fields = {"value": round(value, 1), "expected": expected, "change": round(change, 4)}
    text = f"{value:.1f} instructions a trade, {change:+.1%} on {expected}"
    if change > SLACK:
        # Scoring has no profile of its own: windows are in it too.
        profile = (programs.work / f"callgrind.{stage}").relative_to(programs.root)
        text += f", more than +{SLACK:.0%}: see where with `callgrind_annotate {profile} | head -50`"
        return Verdict(f"instructions.{stage}", WORSE, text, fields)
    if change < -SLACK:
        text += ": improved: run `tools/perf --update` and commit the table"
        return Verdict(f"instructions.{stage}", IMPROVED, text, fields)
    return Verdict(f"instructions.{stage}", OK, text, fields)


def read(table):
    try:
        found = json.loads(table.read_text(encoding="utf-8"))
        return {"compiler": found["compiler"], "march": found["march"], "stages": dict(found["stages"])}
    except FileNotFoundError:
        raise Failure(66, f"{table} is not there: run tools/perf --update") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(65, f"{table} is no table of instructions ({error}): run tools/perf --update") from None


def update(programs, table):
    """Rewrites the table with what is counted now; gives the lines to print."""
    before = read(table)["stages"] if table.is_file() else {}
    stages = {stage: round(value, 1) for stage, value in measure(programs).items()}
    contents = {
        "unit": "instructions a trade, hot-probe under callgrind; rewritten by tools/perf --update",
        "compiler": compiler_version(), "march": march(), "stages": stages,
    }
    table.write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
    lines = []
    for stage, value in stages.items():
        change = f"{value / before[stage] - 1:+.1%} on {before[stage]}" if stage in before else "new"
        lines.append(f"{stage:<10}{value:>10.1f}  {change}")
    return lines
