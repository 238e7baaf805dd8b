"""Puts the peers' measurements beside those of Apus: a table, JSON lines or Markdown.

Standard input holds lines of JSON in the order in which they were measured, Apus' own before and after each peer's; a
peer's ratio is its min over the lesser of Apus' two mins around it. Exits 1 when no peer was measured.
"""

import argparse
import json
import sys


def number(nanos: float) -> str:
    return f"{nanos:,.0f}" if nanos >= 10 else f"{nanos:.1f}"


def ratio(value: float) -> str:
    return f"{value:,.0f}x" if value >= 10 else f"{value:.1f}x" if value >= 1 else f"{value:.2f}x"


def paired(lines: list[dict]) -> list[dict]:
    """The peers' lines, each with Apus' nearest figures before and after it."""
    found = []
    for at, line in enumerate(lines):
        if not line["name"].startswith("peer."):
            continue
        if "not_measured" not in line:
            before = [other for other in lines[:at] if other["name"] == line["beside"]][-1:]
            after = [other for other in lines[at:] if other["name"] == line["beside"]][:1]
            # Of the medians too: a min over batches of 32 is a little luckier than one over batches of 100.
            for figure, ratio_name in (("min_ns", "ratio"), ("p50_ns", "ratio_p50")):
                around = [other[figure] for other in before + after]
                line["apus_" + figure] = min(around) if around else None
                line[ratio_name] = round(line[figure] / min(around), 2) if around else None
        found.append(line)
    return found


def cells(line: dict) -> list[str]:
    name = line["name"].removeprefix("peer.")
    if "not_measured" in line:
        return [name, "", "not measured: " + line["not_measured"], "", "", "", "", "", ""]
    apus = line["apus_min_ns"]
    return [
        name,
        line["version"],
        line["work"],
        number(line["min_ns"]),
        number(line["p50_ns"]),
        line["beside"],
        number(apus) if apus else "not measured",
        ratio(line["ratio"]) if apus else "",
        ratio(line["ratio_p50"]) if apus else "",
    ]


HEADINGS = ["peer", "version", "work", "min ns", "p50 ns", "beside Apus'", "Apus min ns", "ratio", "of p50"]
RIGHT = {3, 4, 6, 7, 8}


def table(found: list[dict]) -> None:
    rows = [HEADINGS] + [cells(line) for line in found]
    # The work is told last, since it is longer than the rest.
    order = [0, 1, 3, 4, 5, 6, 7, 8, 2]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        parts = [row[c].rjust(widths[c]) if c in RIGHT else row[c].ljust(widths[c]) for c in order]
        print("  ".join(parts).rstrip())


def markdown(found: list[dict]) -> None:
    print("| " + " | ".join(HEADINGS) + " |")
    print("|" + "|".join("---:" if column in RIGHT else "---" for column in range(len(HEADINGS))) + "|")
    for line in found:
        code = [f"`{cell}`" if at in (0, 5) and cell else cell for at, cell in enumerate(cells(line))]
        print("| " + " | ".join(code) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--form", choices=("table", "json", "markdown"), default="table")
    parser.add_argument("--machine", default="unknown machine")
    parser.add_argument("--date", default="")
    parser.add_argument("--commit", default="unknown")
    args = parser.parse_args()
    found = paired([json.loads(line) for line in sys.stdin if line.startswith("{")])
    where = f"{args.machine}, {args.date}, commit {args.commit}, Python {sys.version.split()[0]}"
    if args.form == "json":
        for line in found:
            print(json.dumps(line | {"machine": args.machine, "date": args.date}))
    elif args.form == "markdown":
        markdown(found)
        print(f"\nMeasured on {where}; nanoseconds an item, one core.")
    else:
        print(f"{where}; nanoseconds an item, one core")
        table(found)
    if not any("min_ns" in line for line in found):
        sys.exit("nothing was measured")


if __name__ == "__main__":
    main()
