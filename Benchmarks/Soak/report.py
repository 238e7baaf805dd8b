"""What a soak says: a line now and then, a table at the end, the same as one object of JSON."""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Optional

from sampling import weight_peak
from verdict import CHUNK_TRADES, shortened

MEBIBYTE = 2**20
# Told, never judged: each is a thing that may happen without loss.
TOLD = (
    "gaps", "gaps_served", "pages", "late", "ring_refused", "dropped", "reordered", "overlapped", "doubted", "rebuilt",
    "connects", "disconnects", "deaf", "rest_requests", "rest_refusals", "rest_failures", "news_lost",
)


@dataclass
class Outcome:
    """What came of the load."""

    totals: dict
    counters: dict
    losses: list
    growth: Optional[float]
    memory: Optional[str]
    samples: list
    engine_cpu: float
    venue_cpu: float
    decision: Optional[dict]
    events: dict


def heading(options):
    parts = [f"{options.profile}: {options.symbols} symbols, {options.rate:,.0f} trades a second for {options.minutes:g} min"]
    if options.burst_trades > 0:
        parts.append(f"{options.burst_trades:,} more in 100 ms each {options.burst_every_ms} ms")
    if options.profile == "cuts":
        parts.append(f"all connections cut each {options.cut_every:g} s")
    parts.append(f"REST weight {options.weight_limit:,} a minute")
    return ", ".join(parts)


def progress(samples, load_seconds):
    """From the newest sample and the one before it."""
    now = samples[-1]
    before = samples[-2] if len(samples) > 1 else None
    span = now.seconds - before.seconds if before else now.seconds
    span = max(span, 0.001)

    def rate(figure):
        return (getattr(now, figure) - (getattr(before, figure) if before else 0)) / span

    phase = "quiet" if now.seconds > load_seconds else "load"
    return (
        f"{now.seconds:6.0f} s {phase:5}  {now.trades:12,} trades {rate('trades'):9,.0f}/s  rss {now.resident / MEBIBYTE:7.1f}"
        f" MiB  cpu {100 * rate('engine_cpu'):4.0f}% venue {100 * rate('venue_cpu'):4.0f}%  gaps {now.gaps}"
        f"  late {now.late}  refused {now.refused}  weight {now.rest_weight}/{now.rest_limit or '-'}"
        f"  {now.feed}, {now.states}")


def result(options, outcome, idle):
    """One object; `problems` is empty exactly when it passed."""
    trades = sum(total["trades"] for total in outcome.totals.values())
    counters = outcome.counters
    problems = shortened(outcome.losses) + ([outcome.memory] if outcome.memory else [])
    millions = trades / 1e6
    decision = outcome.decision or {}
    samples = outcome.samples
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "profile": options.profile,
        "passed": not problems,
        "problems": problems,
        "symbols": options.symbols,
        "minutes": options.minutes,
        "trades": trades,
        "trades_per_second": round(trades / (options.minutes * 60), 1),
        "symbols_differing": len(outcome.losses),
        "decision_p50_ns": decision.get("p50_ns"),
        "decision_p99_ns": decision.get("p99_ns"),
        "rss_end_mib": round(samples[-1].resident / MEBIBYTE, 1) if samples else None,
        "held_mib": round(counters["pool_used"] * CHUNK_TRADES * 24 / MEBIBYTE, 1),
        "growth_beyond_trades_mib": None if outcome.growth is None else round(outcome.growth / MEBIBYTE, 2),
        "growth_bound_mib": options.memory_bound,
        "apus_cpu_s": round(outcome.engine_cpu, 2),
        "apus_cpu_s_per_million_trades": round(outcome.engine_cpu / millions, 3) if trades else None,
        "venue_cpu_s": round(outcome.venue_cpu, 2),
        "idle_cpu_percent": None if idle is None else round(100 * idle, 3),
        "idle_cpu_us_per_symbol_second": None if idle is None else round(1e6 * idle / options.symbols, 2),
        "rest_weight_peak_per_minute": weight_peak(samples),
        "rest_weight_limit": options.weight_limit,
        "counters": counters,
        "events": outcome.events,
    }


def table(found):
    def text(value, unit=""):
        return "not measured" if value is None else f"{value:,}{unit}"

    def micros(nanos):
        return "not measured" if nanos is None else f"{nanos / 1000:,.1f} us"

    rows = [
        ("profile", f"{found['profile']}, {found['symbols']} symbols, {found['minutes']:g} min"),
        ("trades", f"{found['trades']:,}, {found['trades_per_second']:,.0f} a second"),
        ("nothing lost", "yes" if not found["symbols_differing"] else f"NO, {found['symbols_differing']} differences"),
        ("decision", f"p50 {micros(found['decision_p50_ns'])}, p99 {micros(found['decision_p99_ns'])}"),
        ("memory", f"{text(found['rss_end_mib'], ' MiB')} at the end, {found['held_mib']} MiB of it trades"),
        ("memory beyond trades", f"{text(found['growth_beyond_trades_mib'], ' MiB')} since the first quarter, "
         f"{found['growth_bound_mib']:g} allowed"),
        ("CPU of apus", f"{text(found['apus_cpu_s'], ' s')}, {text(found['apus_cpu_s_per_million_trades'], ' s')} a million "
         "trades"),
        ("CPU of the venue", text(found["venue_cpu_s"], " s")),
        ("CPU of apus, idle", f"{text(found['idle_cpu_percent'], ' %')}, "
         f"{text(found['idle_cpu_us_per_symbol_second'], ' us')} a symbol and second"),
        ("REST weight", f"{found['rest_weight_peak_per_minute']:,} in the busiest minute seen, "
         f"{found['rest_weight_limit']:,} allowed"),
    ]
    rows += [(name.replace("_", " "), text(found["counters"].get(name))) for name in TOLD]
    width = max(len(name) for name, _ in rows)
    return [f"{name:{width}}  {value}" for name, value in rows] + ["passed" if found["passed"] else "FAILED"]
