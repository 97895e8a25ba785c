#!/usr/bin/env python3
"""Makes the corpus of unusual image files: files/, and corpus.csv with what must be read from each.

    python3 -m venv /tmp/corpus && /tmp/corpus/bin/pip install pillow==12.3.0 numpy==2.4.6 tifffile==2026.3.3 imagecodecs==2026.3.6
    /tmp/corpus/bin/python udf/src/test/corpus/make_corpus.py udf/src/test/corpus

Every file is written by a public library or by the few lines of a writer in corpus_*.py. Columns of corpus.csv:

- file: its name in files/. The report's number of the case (shared/reports/images.md) is in the name if there is one.
- option: none, "orientation" for --exif-orientation apply, or "keep" for --truncated keep
- width, height, sha256: size and SHA-256 of the RGB pixels, if the file is read
- status, error: the status and message, if it is not
- pillow: "equal" if Pillow 12.3.0 gives the same pixels or refuses too; else why Cardinal differs on purpose

With "equal" the pixels are Pillow's: Image.open(file).convert("RGB"), after ImageOps.exif_transpose with the option
orientation and with ImageFile.LOAD_TRUNCATED_IMAGES with the option keep. This script stops if a case says otherwise.
The other pixels come from the array that the file was written from. Statuses and messages are Cardinal's own.
"""
import csv
import hashlib
import importlib
import io
import logging
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFile, ImageOps

FOLDER = Path(sys.argv[1]) if __name__ == "__main__" else Path(".")


def photo(width=23, height=17, seed=1):
    """Returns an image with gradients, edges and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 100 * np.sin(x / 5.0 + c) * np.cos(y / (4.0 + c)) + rng.normal(0, 12, (height, width)) for c in range(3)]
    image = Image.fromarray(np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8))
    ImageDraw.Draw(image).ellipse((width // 4, height // 4, width // 2, height // 2), fill=(250, 20, 30), outline=(0, 0, 0))
    return image


def encoded(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


class Corpus:
    """Collects the cases, and checks each against Pillow."""

    def __init__(self, folder):
        self.files = folder / "files"
        self.rows = []
        shutil.rmtree(self.files, ignore_errors=True)
        self.files.mkdir(parents=True)

    def equal(self, name, data, option=""):
        """A file that is read as Pillow reads it."""
        self._add(name, data, option, self._pillow(data, option), "", "equal")

    def same_pixels(self, name, data, image, why, option=""):
        """A file that is read otherwise than by Pillow, on purpose: these are the right pixels."""
        try:
            assert self._pillow(data, option).tobytes() != image.tobytes(), f"{name}: Pillow has these pixels too"
        except (OSError, SyntaxError, ValueError, RuntimeError, TypeError):
            pass
        self._add(name, data, option, image, "", why)

    def refused(self, name, data, status, error, why="equal", option=""):
        """A file that is not read; why says the reason if Pillow reads it."""
        try:
            self._pillow(data, option)
            assert why != "equal", f"{name}: Pillow reads it"
        except (OSError, SyntaxError, ValueError, RuntimeError, TypeError, KeyError, AttributeError):
            assert why == "equal", f"{name}: Pillow refuses it too"
        self._add(name, data, option, None, (status, error), why)

    def _add(self, name, data, option, image, refusal, why):
        path = self.files / name
        assert not path.exists() or path.read_bytes() == data, name
        path.write_bytes(data)
        if image is not None:
            sha = hashlib.sha256(image.tobytes()).hexdigest()
            self.rows.append((name, option, image.width, image.height, sha, "", "", why))
        else:
            self.rows.append((name, option, "", "", "", *refusal, why))

    @staticmethod
    def _pillow(data, option):
        ImageFile.LOAD_TRUNCATED_IMAGES = option == "keep"
        try:
            image = Image.open(io.BytesIO(data))
            return (ImageOps.exif_transpose(image) if option == "orientation" else image).convert("RGB")
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False

    def write(self, path):
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("file", "option", "width", "height", "sha256", "status", "error", "pillow"))
            writer.writerows(sorted(self.rows))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable()
    sys.modules["make_corpus"] = sys.modules["__main__"]
    corpus = Corpus(FOLDER)
    for part in sorted(Path(__file__).parent.glob("corpus_*.py")):
        importlib.import_module(part.stem).add_to(corpus)
    corpus.write(FOLDER / "corpus.csv")
    size = sum(path.stat().st_size for path in corpus.files.iterdir())
    print(f"{len(corpus.rows)} cases, {len(list(corpus.files.iterdir()))} files of {size} bytes")
