"""The soak itself: tools/soak --help says what it does and what it proves."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import report
from processes import Engine, Failure, Venue
from sampling import Samples, cpu_seconds, is_caught_up
from verdict import Broken, growth_bytes, losses, memory_problem, read_totals, read_windows

# Of the engine: sockets, history and caches settle within these.
IDLE_WARM_SECONDS = 12
# A market so quiet that what is left is the cost of having symbols at all.
IDLE_RATE = 0.5
POLL_SECONDS = 0.2
# What an engine has room for within a day (memory.trades_max): better told before than after the run.
ENGINE_TRADES = 128 << 20
# All streams are subscribed by then, so that the windows hold the market's first trade without any history.
QUIET_SECONDS = 15
# For the idle phase, which measures something else.
UNLIMITED = 10_000_000
# Nobody waits a quarter of an hour for what REST serves in two minutes of its budget.
CATCH_UP_SECONDS = 240


class Stopped(Exception):
    """By a signal, whose number it has."""


def stop(number, _):
    raise Stopped(number)


def number_of(kind, least, most):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text}: give a number") from None
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text}: goes from {least} to {most}")
        return value

    return parse


def parse():
    parser = argparse.ArgumentParser(prog="tools/soak", allow_abbrev=False)
    parser.error = lambda message: fail(64, f"{message}: see tools/soak --help")
    parser.add_argument("profile", nargs="?", choices=["many", "cuts"], default="many")
    parser.add_argument("--binaries", type=Path, required=True)
    parser.add_argument("--minutes", type=number_of(float, 0.5, 1380), default=5.0)
    parser.add_argument("--symbols", type=number_of(int, 1, 960))
    parser.add_argument("--average", type=number_of(float, 0.001, 200_000), default=463.0)
    parser.add_argument("--times", type=number_of(float, 0.001, 100_000), default=20.0)
    parser.add_argument("--rate", type=number_of(float, 0.001, 200_000))
    parser.add_argument("--burst-trades", type=number_of(int, 0, 1_000_000))
    parser.add_argument("--burst-every-ms", type=number_of(int, 100, 86_400_000), default=5000)
    parser.add_argument("--cut-every", type=number_of(float, 1, 86_400), default=60.0)
    parser.add_argument("--weight-limit", type=number_of(int, 1, UNLIMITED))
    parser.add_argument("--seed", type=number_of(int, 0, 2**63), default=1)
    parser.add_argument("--idle-seconds", type=number_of(float, 0, 3600), default=20.0)
    parser.add_argument("--interval", type=number_of(float, 1, 3600), default=10.0)
    parser.add_argument("--memory-bound", type=number_of(float, 0, 1_000_000), default=64.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    is_many = options.profile == "many"
    if options.symbols is None:
        options.symbols = 600 if is_many else 20
    if options.rate is None:
        options.rate = options.average * options.times if is_many else 50_000
    if options.rate > 200_000:
        fail(64, f"--average times --times is {options.rate:.0f} trades a second: exchange-sim plays up to 200000")
    if options.burst_trades is None:
        options.burst_trades = 1200 if is_many else 0
    if options.weight_limit is None:
        options.weight_limit = 2400
    trades = options.rate * options.minutes * 60
    if options.burst_trades > 0:
        trades += options.burst_trades * options.minutes * 60_000 / options.burst_every_ms
    if trades > ENGINE_TRADES:
        fail(64, f"{trades:,.0f} trades are more than the {ENGINE_TRADES:,} that an engine holds: lower --rate or --minutes")
    return options


def fail(code, message):
    print(f"apus: {message}", file=sys.stderr)
    sys.exit(code)


class Soak:
    """One run; `work` is an empty folder."""

    def __init__(self, options, work):
        self.options = options
        self.work = work
        self.load_seconds = options.minutes * 60
        # The process that measures the latency of a decision, once the market's end is near.
        self.latency = None

    def venue(self, work, seconds, rate, extra):
        options = self.options
        return Venue(options.binaries, work, seconds, [
            "--seed", str(options.seed), "--symbol-count", str(options.symbols), "--rate-total", str(rate), *extra])

    def idle(self):
        """Engine CPU seconds a second, with all symbols and next to no trades."""
        seconds = self.options.idle_seconds
        if seconds == 0:
            return None
        say(f"idle: {self.options.symbols} symbols, {IDLE_RATE} trades a second, {seconds:.0f} s")
        work = self.work / "idle"
        work.mkdir()
        venue = self.venue(work, IDLE_WARM_SECONDS + seconds, IDLE_RATE, ["--weight-limit", str(UNLIMITED)])
        engine = None
        try:
            engine = Engine(
                self.options.binaries, work, IDLE_WARM_SECONDS + seconds, venue, ["all"], lambda status: None)
            self.wait([venue, engine], IDLE_WARM_SECONDS)
            begin, cpu = time.monotonic(), cpu_seconds(engine.pid)
            self.wait([venue, engine], seconds)
            used = (cpu_seconds(engine.pid) - cpu) / (time.monotonic() - begin)
            engine.end()
            venue.end()
        finally:
            discard(engine, venue)
        return used

    def wait(self, programs, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for program in programs:
                program.check_alive()
            time.sleep(POLL_SECONDS)

    def cuts(self):
        """Seconds after the start. Not `every_ms`, which would go on when the market is quiet: without later trades what a cut
        took is only asked for by and by, symbol after symbol."""
        return [count * self.options.cut_every for count in range(1, int(self.load_seconds / self.options.cut_every) + 1)
                if count * self.options.cut_every < self.load_seconds]

    def load_options(self):
        options = self.options
        found = [
            "--quiet-until", str(QUIET_SECONDS), "--quiet-after", str(self.load_seconds),
            "--weight-limit", str(options.weight_limit)]
        if options.burst_trades > 0:
            found += ["--burst-trades", str(options.burst_trades), "--burst-every-ms", str(options.burst_every_ms)]
        if options.profile == "cuts":
            scenario = self.work / "cuts.jsonl"
            scenario.write_text(
                "".join(json.dumps({"fault": "cut", "at_ms": int(at * 1000)}) + "\n" for at in self.cuts()),
                encoding="utf-8")
            found += ["--scenario", str(scenario)]
        return found

    def load(self):
        """Plays the market, waits until all of it has arrived, ends both; gives what came of it."""
        options = self.options
        venue = self.venue(self.work, self.load_seconds + CATCH_UP_SECONDS, options.rate, self.load_options())
        engine = None
        try:
            samples = Samples(venue)
            engine = Engine(
                options.binaries, self.work, self.load_seconds + CATCH_UP_SECONDS, venue, ["all"], samples.take)
            samples.follow(engine.pid)
            decision, caught_up = self.watch(venue, engine, samples)
            engine_cpu, venue_cpu = cpu_seconds(engine.pid), cpu_seconds(venue.pid)
            taken = samples.all()
            engine.end()
            venue.end()
        finally:
            if self.latency is not None and self.latency.poll() is None:
                self.latency.kill()
            discard(engine, venue)
        windows, counters = read_windows(engine.windows)
        totals = read_totals(venue.totals)
        found = losses(totals, windows, counters)
        if not caught_up:
            found.append(f"not caught up within {CATCH_UP_SECONDS} s of the market's end: {taken[-1].states}")
        growth = growth_bytes(taken, self.load_seconds)
        return report.Outcome(
            totals=totals, counters=counters, losses=found, growth=growth,
            memory=memory_problem(growth, options.memory_bound * 2**20), samples=taken, engine_cpu=engine_cpu,
            venue_cpu=venue_cpu, decision=decision, events=dict(engine.events))

    def watch(self, venue, engine, samples):
        """Until the market is quiet and all of it has arrived; the decision's latency near its end, and whether it has."""
        measured = min(10, self.load_seconds / 4)
        told, line_due = 0, time.monotonic() + self.options.interval
        while True:
            time.sleep(POLL_SECONDS)
            venue.check_alive()
            engine.check_alive()
            seconds = time.time() - venue.start_seconds
            taken = samples.all()
            if time.monotonic() >= line_due:
                line_due += self.options.interval
                if len(taken) > told:
                    told = len(taken)
                    say(report.progress(taken, self.load_seconds))
            if self.latency is None and seconds >= self.load_seconds - measured - 2:
                self.latency = engine.latency(self.options.binaries, measured)
            if seconds > self.load_seconds + measured and is_caught_up(taken, self.load_seconds):
                return self.decision(), True
            if seconds > self.load_seconds + CATCH_UP_SECONDS:
                return self.decision(), False

    def decision(self):
        output, _ = self.latency.communicate(timeout=60)
        if self.latency.returncode != 0:
            return None
        return next(stage for stage in json.loads(output)["stages"] if stage["name"] == "decision")


def discard(*programs):
    # A second Ctrl-C must not leave the exchange behind.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for program in programs:
        if program is not None:
            program.discard()
    arm()


def arm():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def say(line):
    print(line, file=sys.stderr, flush=True)


def run(options, work):
    soak = Soak(options, work)
    idle = soak.idle()
    say(report.heading(options))
    outcome = soak.load()
    result = report.result(options, outcome, idle)
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(report.table(result)))
    for problem in result["problems"]:
        print(f"apus: {problem}", file=sys.stderr)
    return 0 if result["passed"] else 65


def main():
    options = parse()
    for name in ("apus", "exchange-sim"):
        if not os.access(options.binaries / name, os.X_OK):
            fail(66, f"{options.binaries / name} is not there: build it with `swift build -c release --product {name}`")
    # In memory where there is one: the engine maps a file of its runtime folder.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    work = Path(tempfile.mkdtemp(prefix="apus-soak-", dir=memory))
    code = 70
    arm()
    try:
        code = run(options, work)
    except Failure as failure:
        code = failure.code
        print(f"apus: {failure}", file=sys.stderr)
    except Broken as broken:
        code = 65
        print(f"apus: {broken}", file=sys.stderr)
    except Stopped as stopped:
        code = 128 + stopped.args[0]
        print("apus: ended before there was a verdict", file=sys.stderr)
    finally:
        if options.keep is not None:
            shutil.copytree(work, options.keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("tls", "runtime"))
        shutil.rmtree(work, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
