#!/usr/bin/env python3
"""Compares `apus replay` with the reference, row by row, over generated markets or real files.

compare.py --apus PATH --seeds N [--first-seed S] [--rows R]
compare.py --apus PATH --symbol S --trades FILE [--trades FILE ...] [--indicators FILE] [--strategy FILE ...]
Without --apus only the reference runs and the coverage is told. Exit 1 on the first difference.
"""

import argparse
import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

from market import generate

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
REFERENCE = [sys.executable, os.path.join(HERE, "reference_replay.py")]
FILES = (("--output", "evaluations.csv"), ("--signals", "signals.csv"), ("--paper", "paper.csv"))
MODES = ("trade", "15s")
# Doubles printed with 8 decimals may differ by one unit in the last place.
ROUNDED = {
    "vwap_30m", "vwap_4h", "vwap_24h", "atr", "entry_price", "stop", "tp1", "tp2", "exit_price",
}
EIGHT = re.compile(r"-?\d+\.\d{8}\Z")
SUMMARY = ("trades", "late", "dropped", "gaps", "evaluations", "signals")


class Difference(Exception):
    pass


def run(program, words, directory, files=FILES):
    """Runs one program into a directory; returns (its command line, its summary)."""
    os.makedirs(directory, exist_ok=True)
    command = program + words
    for option, name in files:
        command += [option, os.path.join(directory, name)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=1800)
    if done.returncode != 0:
        raise Difference(f"exit code {done.returncode}: {shlex.join(command)}\n{done.stderr.strip()}")
    lines = done.stdout.strip().splitlines()
    try:
        return command, json.loads(lines[-1])
    except (ValueError, IndexError):
        raise Difference(f"no JSON summary on the last line of: {shlex.join(command)}\n{done.stdout}") from None


def same(column, expected, got):
    if expected == got:
        return True
    if column not in ROUNDED or not (EIGHT.match(expected) and EIGHT.match(got)):
        return False
    return abs(int(expected.replace(".", "")) - int(got.replace(".", ""))) <= 1


def compare_file(reference, apus):
    """The first differing row of two CSV files, as text; None when they agree."""
    if not os.path.exists(apus):
        return "not written"
    with open(reference, encoding="utf-8", newline="") as file:
        wanted = file.read()
    with open(apus, encoding="utf-8", newline="") as file:
        found = file.read()
    if wanted == found:
        return None
    wanted = wanted.split("\n")
    found = found.split("\n")
    columns = wanted[0].split(",")
    for number in range(max(len(wanted), len(found))):
        left = wanted[number] if number < len(wanted) else None
        right = found[number] if number < len(found) else None
        if left == right:
            continue
        if left is None or right is None:
            wrong = ["one file ends here"]
        else:
            a, b = left.split(","), right.split(",")
            if len(a) != len(columns) or len(a) != len(b):
                wrong = ["number of columns"]
            else:
                wrong = [
                    f"{name}: reference {x!r}, apus {y!r}"
                    for name, x, y in zip(columns, a, b) if number == 0 or not same(name, x, y)
                ]
        if wrong:
            context = "\n".join("    both      " + row for row in wanted[max(1, number - 2):number])
            return (f"line {number + 1}: " + "; ".join(wrong) + f"\n    columns   {wanted[0]}\n" + context
                    + f"\n    reference {left}\n    apus      {right}")
    return None


def compare_summaries(reference, apus):
    wrong = [f"{key}: reference {reference[key]}, apus {apus.get(key)}"
             for key in SUMMARY if reference[key] != apus.get(key)]
    wrong += [f"{key}: missing" for key in ("seconds", "trades_per_second") if key not in apus]
    return "; ".join(wrong) or None


def read_rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def one_case(name, words, directory, apus, modes, coverage):
    """Both modes of one set of inputs; raises Difference."""
    for mode in modes:
        arguments = words + ["--every", mode]
        mine = os.path.join(directory, "reference-" + mode)
        theirs = os.path.join(directory, "apus-" + mode)
        _, summary = run(REFERENCE, arguments, mine)
        signals = read_rows(os.path.join(mine, "signals.csv"))
        paper = read_rows(os.path.join(mine, "paper.csv"))
        fired = Counter(f"{row['strategy']} {row['direction']}" for row in signals)
        reasons = Counter(row["exit_reason"] for row in paper)
        rejected = Counter(row["reason"] for row in signals if row["reason"])
        coverage["signals"] += fired
        coverage["exits"] += reasons
        coverage["rejected"] += rejected
        print(f"{name} {mode}: {summary['trades']} trades, {summary['late']} late, {summary['dropped']} dropped, "
              f"{summary['gaps']} gaps, {summary['evaluations']} evaluations, signals {dict(fired)}, "
              f"exits {dict(reasons)}, rejected {dict(rejected)}", flush=True)
        if apus is None:
            continue
        # Once with every row, and once without, as a live engine runs: then only what fires is scored whole, and every other
        # trade by the short way.
        for files, folder in ((FILES, theirs), (FILES[1:], theirs + "-without-rows")):
            command, found = run([apus, "replay"], arguments, folder, files)
            problems = []
            different = compare_summaries(summary, found)
            if different:
                problems.append("summary: " + different)
            for _, file in files:
                different = compare_file(os.path.join(mine, file), os.path.join(folder, file))
                if different:
                    problems.append(f"{file}, {different}")
            if problems:
                raise Difference(f"{name} {mode}\n" + "\n".join(problems) + f"\nreproduce: {shlex.join(command)}"
                                 + f"\nreference: {shlex.join(REFERENCE + arguments)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apus", help="the program to compare")
    parser.add_argument("--seeds", type=int, default=0)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=40_000, help="trades of a generated market")
    parser.add_argument("--modes", default=",".join(MODES), help="trade, 15s or both")
    parser.add_argument("--symbol")
    parser.add_argument("--trades", action="append", default=[])
    parser.add_argument("--indicators")
    parser.add_argument("--strategy", action="append", default=[])
    options = parser.parse_args()
    if bool(options.symbol) != bool(options.trades) or (not options.symbol and options.seeds < 1):
        parser.error("either --seeds, or --symbol with --trades")
    coverage = {"signals": Counter(), "exits": Counter(), "rejected": Counter()}
    apus = os.path.abspath(options.apus) if options.apus else None
    cases = [None] if options.symbol else range(options.first_seed, options.first_seed + options.seeds)
    for seed in cases:
        directory = tempfile.mkdtemp(prefix=f"apus-compare-{'files' if seed is None else seed}-")
        try:
            if seed is None:
                words = ["--symbol", options.symbol]
                for option, paths in (("--trades", options.trades), ("--strategy", options.strategy)):
                    for path in paths:
                        words += [option, os.path.abspath(path)]
                if options.indicators:
                    words += ["--indicators", os.path.abspath(options.indicators)]
                name = options.symbol
            else:
                words = generate(seed, directory, options.rows)
                name = f"seed {seed}"
            one_case(name, words, directory, apus, options.modes.split(","), coverage)
        except Difference as difference:
            print(f"DIFFERENT {difference}\nfiles kept in {directory}")
            return 1
        shutil.rmtree(directory)
    for what, counts in coverage.items():
        print(f"all {what}: {dict(sorted(counts.items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
