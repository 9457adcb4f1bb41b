"""Write what `make demo` prints into the README: `python -m tools.readme`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
OPENING, CLOSING = "```text\n", "```"
INSTALLED = "Installing what a run needs, once ... 36 s"


def main() -> int:
    """Run the demo in a folder of its own and replace the README's block; always 0."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "data"
        copy_demo(project)
        printed = run_demo(project).replace(str(project), "data")
    shown = "\n".join(line.rstrip() for line in (INSTALLED, *printed.strip().splitlines()))
    before, _, rest = README.read_text(encoding="utf-8").partition(OPENING)
    after = rest.partition(CLOSING)[2]
    README.write_text(f"{before}{OPENING}{shown}\n{CLOSING}{after}", encoding="utf-8")
    print("README.md: the demo's output is current; look at the picture's figures too")
    return 0


def copy_demo(project: Path) -> None:
    """The demo project without what it made."""
    (project / "sources").mkdir(parents=True)
    demo = ROOT / "data"
    for file in (demo / "cdp.yaml", *(demo / "sources").iterdir()):
        (project / file.relative_to(demo)).write_bytes(file.read_bytes())


def run_demo(project: Path) -> str:
    """What the demo prints for a project; a CalledProcessError when it fails."""
    command = [sys.executable, "-m", "data.demo", "--project", str(project)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
