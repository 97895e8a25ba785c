#!/usr/bin/env python3
"""Writes timm_crop_modes.csv: synthetic images that timm's evaluation transform prepared with its crop modes.

Needs timm 1.0.31, torchvision, and Pillow 12.3 as the tables of sizes: Pillow 13 rounds some pixels differently. From the repository
root:

    python3 udf/src/test/python/timm_crop_modes.py > udf/src/test/resources/dev/cardinal/udf/image/timm_crop_modes.csv

The image is the one of resize_table.py, in random sizes with a fixed seed. The last column is the first half of the SHA-256 of the
pixels, row by row.
"""
import hashlib
import random

from timm.data import create_transform

from resize_table import picture

MEANS = {"usual": (0.485, 0.456, 0.406), "half": (0.5, 0.5, 0.5)}


def main():
    print("# pixels of timm's create_transform for synthetic images, made by timm_crop_modes.py")
    print("mode,edge,crop_pct,mean,width,height,sha256")
    rng = random.Random(21)
    for mode in "squash", "border", "center":
        for edge, crop_pct, mean in (224, 1.0, "usual"), (288, 1.0, "half"), (160, 0.95, "usual"), (96, 0.875, "half"):
            transform = create_transform(edge, interpolation="bicubic", mean=MEANS[mean], crop_pct=crop_pct, crop_mode=mode, normalize=False)
            for i in range(8):
                largest = (200, 400, 700)[i % 3]
                width, height = rng.randint(20, largest), rng.randint(20, largest)
                pixels = transform(picture(width, height)).permute(1, 2, 0).contiguous().numpy()
                print(f"{mode},{edge},{crop_pct},{mean},{width},{height},{hashlib.sha256(pixels.tobytes()).hexdigest()[:32]}")


if __name__ == "__main__":
    main()
