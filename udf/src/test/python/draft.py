#!/usr/bin/env python3
"""Writes draft.csv: the test images as Pillow decodes them after Image.draft, scaled and cropped by torchvision's transforms.

Needs torchvision (made with 0.29.2) and Pillow 12.3:

    python3 udf/src/test/python/draft.py udf/src/test/resources/dev/cardinal/udf/image

A row has the factor by which Pillow reduced the image, and the SHA-256 of the RGB pixels, row by row. "apply" means that the image
was turned by ImageOps.exif_transpose after it was decoded. Images with four components are left out.
"""
import hashlib
import sys
from pathlib import Path

import PIL
from PIL import Image, ImageOps
from torchvision.transforms import functional

folder = Path(sys.argv[1])

with open(folder / "draft.csv", "w", encoding="utf-8") as out:
    out.write(f"# Images after Image.draft, made by draft.py with Pillow {PIL.__version__}\n")
    out.write("file,orientation,resize,crop,reduction,width,height,sha256\n")
    for path in sorted((folder / "images").glob("*.jpg")):
        turns = path.name.startswith("orientation_")
        for resize in (5, 9, 14, 23, 40, 61, 93, 150, 200):
            for orientation in ["ignore", "apply"] if turns else ["ignore"]:
                image = Image.open(path)
                width, height = image.size
                if image.format not in ("JPEG", "MPO") or image.mode == "CMYK" or resize * 15 > 8 * min(image.size):
                    continue
                image.draft("RGB", (resize, resize))
                reduction = -(-width // image.size[0])
                assert reduction in (1, 2, 4, 8) or min(image.size) == 1
                if orientation == "apply":
                    if image.getexif().get(0x0112, 1) in (5, 6, 7, 8):
                        width, height = height, width
                    image = ImageOps.exif_transpose(image)
                crop = resize - resize // 8
                image = functional.center_crop(functional.resize(image.convert("RGB"), resize), crop)
                sha256 = hashlib.sha256(image.tobytes()).hexdigest()
                out.write(f"{path.name},{orientation},{resize},{crop},{reduction},{width},{height},{sha256}\n")
