#!/usr/bin/env python3
"""Writes timm_transforms.csv: synthetic images that timm's evaluation transform prepared, without the normalization.

Needs timm 1.0.31, torchvision, and Pillow 12.3. From the repository root:

    python3 udf/src/test/python/timm_transforms.py > udf/src/test/resources/dev/cardinal/udf/image/timm_transforms.csv

The image is the one of resize_table.py. The cards are one of every resize and crop among timm's; each has ten random sizes
with a fixed seed. The last column is the first half of the SHA-256 of the pixels, row by row.
"""
import hashlib
import random

import PIL
import timm
from timm.data import create_transform, resolve_data_config

from resize_table import picture

MODELS = ["resnet50.a1_in1k", "resnet50.a1h_in1k", "resnet18.a3_in1k", "resnet34.ra4_e3600_r224_in1k", "resnet34.gluon_in1k"]


def main():
    assert PIL.__version__.startswith("12.3."), PIL.__version__
    print("# pixels of timm's create_transform for synthetic images, made by timm_transforms.py")
    print("card,width,height,sha256")
    rng = random.Random(20)
    for model in MODELS:
        config = resolve_data_config(pretrained_cfg=timm.get_pretrained_cfg(model).to_dict())
        transform = create_transform(**config, normalize=False)
        for i in range(10):
            largest = (200, 400, 700)[i % 3]
            width, height = rng.randint(1, largest), rng.randint(1, largest)
            pixels = transform(picture(width, height)).permute(1, 2, 0).contiguous().numpy()
            print(f"{model},{width},{height},{hashlib.sha256(pixels.tobytes()).hexdigest()[:32]}")


if __name__ == "__main__":
    main()
