"""What a flush costs on the disk that the database lies on."""

import os
import statistics
import time
from pathlib import Path


def fdatasync_median_us(folder: Path, rounds: int = 200, size: int = 8192) -> float:
    """Median time of fdatasync after appending `size` bytes to a file that has its room already."""
    path = folder / "fdatasync-probe"
    block = os.urandom(size)
    times = []
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, block * rounds)
        os.fdatasync(file)
        os.lseek(file, 0, os.SEEK_SET)
        for _ in range(rounds):
            os.write(file, block)
            begun = time.perf_counter()
            os.fdatasync(file)
            times.append(time.perf_counter() - begun)
    finally:
        os.close(file)
        path.unlink()
    return statistics.median(times) * 1e6
