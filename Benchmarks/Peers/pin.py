"""Pins what every peer needs, exactly and by hash: requirements/NAME.in -> requirements/NAME.txt. Needs uv.

Only wheels that tools/peers can install are listed (CPython 3.12 to 3.14, x86-64 and arm64 Linux with glibc), so that a
file stays short enough to be read. Files named are pinned instead of the peers': tools/clients takes Python 3.11 too.

  uv tool run --python 3.13 python Benchmarks/Peers/pin.py
  uv tool run --python 3.13 python Benchmarks/Peers/pin.py Tests/Clients/requirements.in
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent / "requirements"
# The oldest Python that is to install a file, where that isn't 3.12: what a peer's newest takes, and Debian 12's.
OLDEST = {"cryptofeed": "3.13", "requirements": "3.11"}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def usable(url: str, oldest: str) -> bool:
    python, abi, platform = url.removesuffix(".whl").rsplit("-", 3)[1:]
    if platform != "any" and not re.search(r"manylinux.*_(x86_64|aarch64)", platform):
        return False
    known = {f"cp{version.replace('.', '')}" for version in PYTHONS if version >= min(oldest, "3.12")}
    return "py3" in python.split(".") or abi == "abi3" or abi in known


def pinned(source: Path) -> str:
    """The text of the file beside SOURCE that ends in .txt."""
    oldest = OLDEST.get(source.stem, "3.12")
    lock = subprocess.run(
        ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", oldest, "--format", "pylock.toml",
         str(source)],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    lines = []
    for package in tomllib.loads(lock.decode())["packages"]:
        marker = package.get("marker", "")
        if "== 'win32'" in marker:
            continue
        wheels = [wheel for wheel in package.get("wheels", []) if usable(wheel["url"], oldest)]
        hashes = sorted(wheel["hashes"]["sha256"] for wheel in wheels)
        if not hashes:
            sys.exit(f"{source.name}: {package['name']} {package['version']} has no wheel for Linux")
        line = f"{package['name']}=={package['version']}" + (f" ; {marker}" if marker else "")
        lines.append(" \\\n".join([line] + [f"  --hash=sha256:{digest}" for digest in hashes]))
    return "\n".join(lines) + "\n"


def main() -> None:
    for source in [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.in")):
        source.with_suffix(".txt").write_text(pinned(source))


if __name__ == "__main__":
    main()
