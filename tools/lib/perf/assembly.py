"""Which functions a hot function calls, and those in turn, by the release build's machine code.

Roots are named in Benchmarks/Gate/calls.json. From each, every call and every jump out of a function is followed by
address. What leaves the program (a library's function, or a pointer) is judged: traps are fine, what the file allows
with a reason is fine, anything else fails; the runtime's `swift_*` cannot be allowed at all.
"""

import json
import re
import subprocess
from bisect import bisect_right

from verdict import Failure

INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\s+(.*)$")
TARGET = re.compile(r"^(?:bnd )?(?:notrack )?(call|jmp|j[a-z]+)\s+([0-9a-f]+)\b(?:\s+<([^>]*)>)?")
INDIRECT = re.compile(r"^(?:bnd )?(?:notrack )?(call|jmp)\s+\*(.*)$")
SLOT = re.compile(r"#\s*([0-9a-f]+)")
RELOCATION = re.compile(r"^([0-9a-f]+)\s+(R_X86_64_\S+)\s+(\S+)")


class Program:
    """A binary's functions, their calls and their names."""

    def __init__(self, path):
        self.path = path
        self.names, ends = {}, set()
        for line in output("nm", "--defined-only", "--print-size", str(path)).splitlines():
            fields = line.split()
            if len(fields) == 4 and fields[2] in "tTwWvV":
                start = int(fields[0], 16)
                self.names.setdefault(start, []).append(fields[3])
                ends.add(start + int(fields[1], 16))
        # Between two functions there may be code that the linker left without a name: a function of its own.
        for end in ends - self.names.keys():
            self.names[end] = [f"unnamed code at {end:x}"]
        self.starts = sorted(self.names)
        # Slots that the loader fills: what a call through them reaches.
        self.slots = {}
        for line in output("objdump", "-R", str(path)).splitlines():
            match = RELOCATION.match(line)
            if match:
                self.slots[int(match.group(1), 16)] = re.split(r"[@+]", match.group(3))[0]
        self.calls = {}
        self._disassemble()
        self.readable = demangled(sorted({names[0] for names in self.names.values()}))

    def _disassemble(self):
        current = None
        for line in output("objdump", "-d", "--no-show-raw-insn", str(self.path)).splitlines():
            match = INSTRUCTION.match(line)
            if not match:
                continue
            address, text = int(match.group(1), 16), match.group(2)
            current = self.function_at(address)
            direct = TARGET.match(text)
            if direct:
                self._direct(current, int(direct.group(2), 16), direct.group(3) or "")
                continue
            indirect = INDIRECT.match(text)
            if indirect:
                self._indirect(current, address, indirect)

    def _direct(self, caller, target, label):
        name = label.split("@plt")[0]
        if label.endswith("@plt"):
            self._add(caller, ("library", name))
        elif self.function_at(target) != caller or caller is None:
            self._add(caller, ("function", self.function_at(target)))
        elif target == caller:
            self._add(caller, ("function", target))

    def _indirect(self, caller, address, match):
        slot = SLOT.search(match.group(2))
        if slot and int(slot.group(1), 16) in self.slots:
            self._add(caller, ("library", self.slots[int(slot.group(1), 16)]))
        elif match.group(1) == "call":
            self._add(caller, ("pointer", f"*{match.group(2).split('#')[0].strip()} at {address:x}"))
        # An indirect jump is a switch's table: its targets lie within the function.

    def _add(self, caller, callee):
        self.calls.setdefault(caller, set()).add(callee)

    def function_at(self, address):
        """The start of the function that holds an address."""
        position = bisect_right(self.starts, address)
        return self.starts[position - 1] if position else None

    def name(self, start):
        if start is None:
            return "outside every function"
        mangled = self.names[start][0]
        return self.readable.get(mangled, mangled)

    def find(self, readable):
        """Starts of the functions of this name, specialised copies included."""
        wanted = (readable, "specialized " + readable)
        found = []
        for start, names in self.names.items():
            if any(name == readable or self.readable.get(name) in wanted for name in names):
                found.append(start)
        return sorted(found)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def demangled(names):
    text = subprocess.run(
        ["swift", "demangle", "--simplified"], input="\n".join(names), capture_output=True, text=True, check=True
    ).stdout
    lines = text.splitlines()
    if len(lines) != len(names):
        raise Failure(70, f"swift demangle gave {len(lines)} lines for {len(names)} names")
    return dict(zip(names, lines))


def walk(program, roots):
    """(functions reached with the path that leads there, calls that leave the program with their path)."""
    paths = {start: (start,) for start in roots}
    waiting = list(roots)
    leaving = {}
    while waiting:
        start = waiting.pop()
        for kind, callee in sorted(program.calls.get(start, ()), key=str):
            if kind != "function":
                leaving.setdefault((kind, callee), paths[start])
            elif callee not in paths:
                name = program.name(callee)
                # Not every linker makes `name@plt` of a stub: a function outside the text the compiler wrote.
                if name == "outside every function":
                    leaving.setdefault(("pointer", name), paths[start])
                    continue
                paths[callee] = (*paths[start], callee)
                waiting.append(callee)
    return paths, leaving


def judge(program, roots, config):
    """Problems as text, and what was reached and left: (problems, functions reached, allowed calls seen)."""
    starts, problems = [], []
    for root in roots:
        found = program.find(root)
        if not found:
            problems.append(
                f"{program.path.name} has no function {root}: it was renamed or is in line everywhere now; correct "
                "\"roots\" in Benchmarks/Gate/calls.json")
        starts += found
    paths, leaving = walk(program, starts)
    seen = set()
    for (kind, callee), path in sorted(leaving.items(), key=str):
        way = " -> ".join(program.name(step) for step in path)
        readable = demangled([callee])[callee] if callee.startswith("$s") else callee
        if kind == "library" and readable in config["traps"]:
            continue
        if kind == "library" and readable in config["allowed"] and not callee.startswith("swift_"):
            seen.add(readable)
            continue
        what = "calls through a pointer, " if kind == "pointer" else "calls "
        problems.append(f"{program.path.name}: the hot path {what}{readable}: {way}")
    return problems, paths, seen


def check(programs, table):
    """Problems, how many functions were reached, and what was allowed and seen."""
    try:
        config = json.loads(table.read_text(encoding="utf-8"))
        roots, config["allowed"], config["traps"] = config["roots"], dict(config["allowed"]), list(config["traps"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(65, f"{table} does not list roots, allowed and traps ({error}): restore it") from None
    problems, reached, seen = [], 0, set()
    for name, names in roots.items():
        program = Program(programs.binary(name))
        found, paths, allowed = judge(program, names, config)
        problems += found
        reached += len(paths)
        seen |= allowed
    return problems, reached, sorted(seen)
