"""Every function of the hot path carries `@_noAllocation` and `@_noLocks`, or stands in a list with its reason.

The compiler proves what is annotated; this says that nothing was left out. It reads the sources as text, which the
formatter keeps regular: declarations of types and extensions are looked at, local functions are their owner's matter.
"""

import json
import re
from pathlib import Path

ATTRIBUTES = ("@_noAllocation", "@_noLocks")
MODIFIERS = (
    r"(?:(?:public|private|fileprivate|internal|package|open|static|class|final|mutating|nonmutating|borrowing|"
    r"consuming|override|required|convenience|indirect|nonisolated|private\(set\)|fileprivate\(set\)|internal\(set\)|"
    r"package\(set\)|lazy|unsafe|isolated)\s+)*"
)
ATTRIBUTE = re.compile(r"^\s*((?:@[A-Za-z_]+(?:\([^)]*\))?\s*)+)")
FUNCTION = re.compile(rf"^{MODIFIERS}(func\s+(?P<func>[^\s(<]+|[^\w\s]+)|(?P<init>init[?!]?)\s*[(<]|(?P<sub>subscript)\s*[(<])")
PROPERTY = re.compile(rf"^{MODIFIERS}(?:var|let)\s+(?P<name>\w+)\s*(?::[^={{]*)?(?P<rest>[={{].*)?$")
TYPE = re.compile(rf"^{MODIFIERS}(?P<kind>struct|enum|class|actor|extension|protocol)\s+(?P<name>[\w.]+)")
# A constant: what a stored static would be, were it not initialised under a lock. No call, no loop, nothing to prove.
CONSTANT = re.compile(r"^\{\s*-?\.?[\w. |+*/<>-]+\s*\}$")
LITERALS = re.compile(r'"(?:\\.|[^"\\])*"')


class Declaration:
    """One function, initialiser, subscript or computed property."""

    def __init__(self, file, line, owner, name, annotated):
        self.file, self.line, self.owner, self.name, self.annotated = file, line, owner, name, annotated

    @property
    def key(self):
        return f"{self.owner}.{self.name}" if self.owner else self.name


def declarations(path, relative):
    """All declarations of one file, in order."""
    found = []
    # (depth at which it ends, name) of the types around; what is deeper than a type's members is a body.
    owners = []
    # What they require has no body to prove anything of.
    protocols = set()
    depth = 0
    pending = ""
    # Lines of a property's block, when its accessors carry the attributes themselves.
    lines = [strip(line) for line in path.read_text(encoding="utf-8").split("\n")]
    for number, line in enumerate(lines, 1):
        text = line.strip()
        at_members = depth == (owners[-1][0] if owners else 0)
        if at_members and text:
            attributes = ATTRIBUTE.match(text)
            rest = text[attributes.end() :] if attributes else text
            if attributes:
                pending += " " + attributes.group(1)
            kind = TYPE.match(rest)
            function = FUNCTION.match(rest)
            stored = PROPERTY.match(rest)
            if kind:
                owners.append((depth + 1, kind.group("name")))
                if kind.group("kind") == "protocol":
                    protocols.add(owner(owners))
                pending = ""
                if "{" not in rest:
                    owners.pop()
            elif function:
                name = function.group("func") or ("init" if function.group("init") else "subscript")
                labels = signature(lines, number - 1)
                annotated = has_both(pending)
                if name == "subscript":
                    annotated = annotated or has_both(block(lines, number - 1))
                found.append(Declaration(relative, number, owner(owners), name + labels, annotated))
                pending = ""
            elif stored:
                opening = stored.group("rest") or ""
                body = block(lines, number - 1) if opening.startswith("{") else ""
                if body and not CONSTANT.match(opening) and not body.lstrip().startswith(("didSet", "willSet")):
                    found.append(
                        Declaration(relative, number, owner(owners), stored.group("name"), has_both(pending + body)))
                pending = ""
            elif rest:
                pending = ""
        depth += line.count("{") - line.count("}")
        while owners and depth < owners[-1][0]:
            owners.pop()
    return [declaration for declaration in found if declaration.owner not in protocols]


def strip(line):
    """Without strings and comments, whose braces mean nothing."""
    return LITERALS.sub('""', line).split("//")[0]


def owner(owners):
    return ".".join(name for _, name in owners)


def has_both(text):
    return all(re.search(rf"{attribute}\b", text) for attribute in ATTRIBUTES)


def block(lines, start):
    """The text between the first brace from `start` on and its partner."""
    text, depth, begun = "", 0, False
    for line in lines[start:]:
        for character in line:
            if character == "}":
                depth -= 1
            if begun and depth > 0:
                text += character
            if character == "{":
                depth, begun = depth + 1, True
            if begun and depth == 0:
                return text
        text += "\n"
    return text


def signature(lines, start):
    """`(_:at:)`: the labels of a function, over as many lines as it takes."""
    text = " ".join(lines[start : start + 12])
    text = text[text.index("(") :]
    depth, labels, expecting = 0, [], True
    word = ""
    for position, character in enumerate(text):
        if character in "([<":
            depth += 1
            if depth == 1:
                word = ""
                continue
        if character in ")]" or (character == ">" and text[position - 1] != "-"):
            depth -= 1
            if depth == 0:
                break
        if depth == 1 and character == ":" and expecting:
            labels.append(word.split()[0] + ":" if word.split() else ":")
            expecting = False
        elif depth == 1 and character == ",":
            expecting, word = True, ""
        else:
            word += character
    return "(" + "".join(labels) + ")"


def check(root, table):
    """Problems as lines of text, and the number of annotated functions."""
    config = json.loads(table.read_text(encoding="utf-8"))
    allowed = {}
    for reason, files in config["exempt"].items():
        for file, names in files.items():
            allowed.update({(file, name): reason for name in names})
    problems, annotated, used = [], 0, set()
    for pattern in config["files"]:
        paths = sorted(root.glob(pattern))
        if not paths:
            problems.append(f"{table.relative_to(root)}: no file matches {pattern}: correct its \"files\"")
        for path in paths:
            relative = str(path.relative_to(root))
            for declaration in declarations(path, relative):
                key = (relative, declaration.key)
                if declaration.annotated:
                    annotated += 1
                    if key in allowed:
                        problems.append(
                            f"{relative}:{declaration.line}: {declaration.key} is annotated: take it out of "
                            f"{table.relative_to(root)}")
                        used.add(key)
                elif key in allowed:
                    used.add(key)
                else:
                    problems.append(
                        f"{relative}:{declaration.line}: {declaration.key} lacks @_noAllocation @_noLocks: add both, or "
                        f"list it with a reason in {table.relative_to(root)}")
    for key in sorted(set(allowed) - used):
        problems.append(f"{table.relative_to(root)}: {key[0]} has no {key[1]}: take it out")
    return problems, annotated


def main():
    root = Path(__file__).resolve().parents[3]
    problems, annotated = check(root, root / "Benchmarks/Gate/annotations.json")
    for problem in problems:
        print(problem)
    print(f"{annotated} functions of the hot path are annotated, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
