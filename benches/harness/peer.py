"""The peer that anyone can install: PyPI's fastmcp, in a virtual environment of the bench."""

import subprocess
import sys
from pathlib import Path

from .children import Child, free_port, wait_for_port

FOLDER = Path(__file__).resolve().parent.parent / "peers"


def install(target: Path) -> Path:
    """Its interpreter; installs what is missing."""
    wanted = (FOLDER / "requirements.txt").read_text()
    home = target / "venv"
    stamp = home / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"    installing {wanted.strip()} from PyPI (once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [str(home / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(FOLDER / "requirements.txt")], check=True)
        stamp.write_text(wanted)
    return home / "bin/python"


def start(python: Path, folder: Path, upstream: int) -> tuple[Child, int]:
    """The peer in front of the upstream, and its port."""
    port = free_port()
    command = [str(python), str(FOLDER / "fastmcp_server.py"), str(port), f"http://127.0.0.1:{upstream}"]
    child = Child("fastmcp", command, folder / "fastmcp.out")
    wait_for_port(child, port)
    return child, port
