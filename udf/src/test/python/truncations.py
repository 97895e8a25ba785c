#!/usr/bin/env python3
"""Writes truncations.csv: the shortest beginning of each test image that Pillow opens; it opens every longer one.

    python3 -m venv /tmp/corpus && /tmp/corpus/bin/pip install pillow==12.3.0
    /tmp/corpus/bin/python udf/src/test/python/truncations.py udf/src/test/resources/dev/cardinal/udf/image
"""
import io
import sys
import warnings
from pathlib import Path

from PIL import Image

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])


def opens(data):
    try:
        Image.open(io.BytesIO(data)).convert("RGB")
        return True
    except (OSError, SyntaxError, ValueError, KeyError, TypeError):
        return False


with open(folder / "truncations.csv", "w", encoding="utf-8") as out:
    out.write("# The shortest beginning of each file that Pillow 12.3.0 opens, made by truncations.py\nfile,bytes\n")
    for line in (folder / "images.csv").read_text("utf-8").splitlines()[2:]:
        name = line.split(",")[0]
        data = (folder / "images" / name).read_bytes()
        shortest = len(data)
        while opens(data[: shortest - 1]):
            shortest -= 1
        assert not any(opens(data[:length]) for length in range(0, shortest, max(1, shortest // 200))), name
        out.write(f"{name},{shortest}\n")
