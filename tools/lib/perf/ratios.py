"""Time against a C baseline measured beside it, from hot-bench: the only times a shared machine can be held to."""

import json
import re
from pathlib import Path

from programs import compiler_version
from verdict import IMPROVED, OK, WORSE, Failure, Verdict

# Paired ratios spread by 14 % over 14 runs on a shared machine.
SLACK = 0.15
# On another processor than the table's one side may be favoured without anybody having changed anything.
SLACK_ELSEWHERE = 0.30
# A table that lags behind by more than noise lets the next change lose what was won.
GAIN = 0.30
# Memory of a trade held, which does not depend on the machine: 24 in the pool, and what an engine has once.
BYTES = "bytes_per_trade"


def measure(programs):
    """Ratio by row of a quick run, and the bytes of a trade held."""
    output, _ = programs.run(
        [str(programs.binary("hot-bench")), "--quick", "--json", "--no-gate", "--strategies",
         str(programs.root / "strategies")])
    rows = {}
    for line in output.splitlines():
        if not line.startswith("{"):
            continue
        row = json.loads(line)
        if row.get("ratio") is not None:
            rows[row["name"]] = row["ratio"]
        if row.get("bytes_per_trade") is not None:
            rows[BYTES] = row["bytes_per_trade"]
    return rows


def check(programs, table):
    expected = read(table)
    found = measure(programs)
    slack = SLACK if is_at_home(table) else SLACK_ELSEWHERE
    slow = [name for name in expected if ratio(found, name) > expected[name] * (1 + slack)]
    if slow:
        # Once more: a neighbour may have been in the way. The better of both counts.
        again = measure(programs)
        for name in slow:
            found[name] = min(found[name], ratio(again, name))
    verdicts = [judge(name, found[name], limit, name in slow, slack) for name, limit in expected.items()]
    return [*verdicts, judge_bytes(ratio(found, BYTES), bytes_max(table))], notes(table)


def judge_bytes(value, most):
    fields = {"value": value, "expected": most}
    text = f"{value} bytes a trade held, at most {most} allowed"
    return Verdict("memory.trade", WORSE if value > most else OK, text, fields)


def bytes_max(table):
    return json.loads(table.read_text(encoding="utf-8")).get("bytes_per_trade_max", 32)


def is_at_home(table):
    return json.loads(table.read_text(encoding="utf-8")).get("processor") == circumstances()["processor"]


def judge(name, value, expected, retried, slack):
    change = value / expected - 1
    fields = {"value": round(value, 3), "expected": expected, "change": round(change, 4), "retried": retried}
    text = f"{value:.2f} times its baseline, {change:+.0%} on {expected:.2f}"
    if change > slack:
        text += f", more than +{slack:.0%} in two runs: compare with `tools/bench`"
        return Verdict(f"ratio.{name}", WORSE, text, fields)
    if change < -GAIN:
        text += ": improved: run `tools/perf --update-ratios` and commit the table"
        return Verdict(f"ratio.{name}", IMPROVED, text, fields)
    return Verdict(f"ratio.{name}", OK, text + (" (second run)" if retried else ""), fields)


def ratio(rows, name):
    if name not in rows:
        raise Failure(70, f"hot-bench printed no ratio of {name}: correct Benchmarks/Gate/ratios.json")
    return rows[name]


def notes(table):
    """What else may be behind a difference: another processor favours one side, another compiler may."""
    contents = json.loads(table.read_text(encoding="utf-8"))
    return [
        f"{table.name} is of {what} {contents[what]}, this is {now}: a difference below may be the {what}'s"
        for what, now in circumstances().items() if contents.get(what, now) != now
    ]


def circumstances():
    # Virtual machines call generations of processors by one name, and these differ by what favours one side: the numbers
    # behind the name tell them apart.
    fields = dict(re.findall(r"^(model name|cpu family|model)\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE))
    name = fields.get("model name", "unknown").strip()
    numbers = [f"{what} {fields[key].strip()}" for key, what in (("cpu family", "family"), ("model", "model")) if key in fields]
    return {"compiler": compiler_version(), "processor": f"{name} ({', '.join(numbers)})" if numbers else name}


def read(table):
    try:
        found = json.loads(table.read_text(encoding="utf-8"))
        return {name: float(value) for name, value in found["ratios"].items()}
    except FileNotFoundError:
        raise Failure(66, f"{table} is not there: restore it from the repository") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(65, f"{table} is no table of ratios ({error}): restore it from the repository") from None


def update(programs, table):
    """Rewrites the rows of the table with the median of three runs."""
    expected = read(table)
    runs = [measure(programs) for _ in range(3)]
    ratios = {name: round(sorted(ratio(run, name) for run in runs)[1], 3) for name in expected}
    contents = json.loads(table.read_text(encoding="utf-8"))
    contents = {
        "unit": contents["unit"], **circumstances(), "bytes_per_trade_max": bytes_max(table), "ratios": ratios}
    table.write_text(json.dumps(contents, indent=2) + "\n", encoding="utf-8")
    return [f"{name:<26}{value:>8.3f}  {value / expected[name] - 1:+.1%} on {expected[name]}" for name, value in ratios.items()]
