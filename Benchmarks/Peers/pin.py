"""Pins what every peer needs, exactly and by hash: requirements/NAME.in -> requirements/NAME.txt. Needs uv.

Only wheels that tools/peers can install are listed (CPython 3.12 to 3.14, x86-64 and arm64 Linux with glibc), so that a
file stays short enough to be read.

  uv tool run --python 3.13 python Benchmarks/Peers/pin.py
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent / "requirements"
# The oldest Python a peer's newest version takes, where that isn't 3.12.
OLDEST = {"cryptofeed": "3.13"}
PYTHONS = {"cp312", "cp313", "cp314"}


def usable(url: str) -> bool:
    python, abi, platform = url.removesuffix(".whl").rsplit("-", 3)[1:]
    if platform != "any" and not re.search(r"manylinux.*_(x86_64|aarch64)", platform):
        return False
    return "py3" in python.split(".") or abi == "abi3" or abi in PYTHONS


def pinned(name: str) -> str:
    """The text of requirements/NAME.txt."""
    lock = subprocess.run(
        ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST.get(name, "3.12"),
         "--format", "pylock.toml", str(FOLDER / f"{name}.in")],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    lines = []
    for package in tomllib.loads(lock.decode())["packages"]:
        marker = package.get("marker", "")
        if "== 'win32'" in marker:
            continue
        hashes = sorted(wheel["hashes"]["sha256"] for wheel in package.get("wheels", []) if usable(wheel["url"]))
        if not hashes:
            sys.exit(f"{name}.in: {package['name']} {package['version']} has no wheel for Linux")
        line = f"{package['name']}=={package['version']}" + (f" ; {marker}" if marker else "")
        lines.append(" \\\n".join([line] + [f"  --hash=sha256:{digest}" for digest in hashes]))
    return "\n".join(lines) + "\n"


def main() -> None:
    for source in sorted(FOLDER.glob("*.in")):
        source.with_suffix(".txt").write_text(pinned(source.stem))


if __name__ == "__main__":
    main()
