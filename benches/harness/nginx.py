"""nginx: as the upstream of everything, and as the proxy that is the yardstick."""

import shutil
from pathlib import Path

from .children import Child, free_port, wait_for_port

TEMPLATES = Path(__file__).resolve().parent.parent / "nginx"


def _start(name: str, folder: Path, words: dict[str, str]) -> tuple[Child, int]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("nginx is not installed; scripts/setup.sh bench brings it")
    port = free_port()
    text = (TEMPLATES / f"{name}.conf").read_text()
    for word, value in {**words, "FOLDER": str(folder), "PORT": str(port)}.items():
        text = text.replace(f"@{word}@", value)
    path = folder / f"{name}.conf"
    path.write_text(text)
    log = folder / f"{name}.out"
    child = Child(f"nginx ({name})", [program, "-p", str(folder), "-c", str(path)], log)
    wait_for_port(child, port)
    return child, port


def start_upstream(folder: Path) -> tuple[Child, int]:
    """The service itself; returns its port, too."""
    return _start("upstream", folder, {})


def start_proxy(folder: Path, upstream: int) -> tuple[Child, int]:
    """A reverse proxy before it."""
    return _start("proxy", folder, {"UPSTREAM": str(upstream)})
