#!/usr/bin/env python3
"""Writes views.csv and views_scores.csv: views of synthetic images as torchvision's transforms cut them, and the means of a model's
probabilities over the views.

Needs torchvision (made with 0.29.2), PyTorch, NumPy, and Pillow 12.3 as the tables of sizes: Pillow 13 rounds some pixels differently.
From the repository root:

    python3 udf/src/test/python/torchvision_views.py udf/src/test/resources/dev/cardinal/udf/image/views.csv \\
        udf/src/test/resources/dev/cardinal/udf/pipeline/views_scores.csv

The images are those of resize_table.py. A hash is the first half of the SHA-256 of a view's pixels, row by row; a row of views.csv
has one for each view, in torchvision's order. torchvision rejects images that are smaller than the crop, so there are none. The model
is the demo's, with Resize(37) and crops of 28 pixels: the scaled images have an odd number of pixels more than the crop.
"""
import hashlib
import os
import random
import sys

import PIL
import torch
from torchvision import transforms
from torchvision.transforms import functional

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../..")
sys.path += [os.path.dirname(os.path.abspath(__file__)), os.path.join(ROOT, "model-zoo/src/test/fixtures")]

from resize_table import picture  # noqa: E402
from resnet import ResNet  # noqa: E402

DEMO = os.path.join(ROOT, "model-zoo/src/main/resources/dev/cardinal/zoo/demo/fashion_resnext20_8x4d.pth")
ARCHITECTURE = {"stem": "cifar", "block": "bottleneck", "layers": [2, 2, 2], "cardinality": 8, "base_width": 4, "classes": 10}
MEAN, STD = 0.286, 0.353


def views(name, crop):
    """Returns the transform from a PIL image to a tuple of PIL images."""
    center = transforms.CenterCrop(crop)
    return {
        "one": lambda image: (center(image),),
        "flip": lambda image: (center(image), functional.hflip(center(image))),
        "five-crop": transforms.FiveCrop(crop),
        "ten-crop": transforms.TenCrop(crop),
    }[name]


def sha256(image):
    return hashlib.sha256(image.tobytes()).hexdigest()[:32]


def write_pixels(path):
    rng = random.Random(22)
    sizes = [(500, 375), (375, 500), (224, 224), (257, 256), (1200, 30), (30, 1200), (1, 1)]
    sizes += [(rng.randint(1, 500), rng.randint(1, 500)) for _ in range(5)]
    with open(path, "w") as file:
        print("# pixels of the views that torchvision's transforms cut, made by torchvision_views.py", file=file)
        print("width,height,resize,crop,views,sha256", file=file)
        for width, height in sizes:
            for edge, crop in (256, 224), (235, 224), (224, 224), (37, 28):
                for name in "one", "flip", "five-crop", "ten-crop":
                    scaled = functional.resize(picture(width, height), edge)
                    hashes = " ".join(sha256(view) for view in views(name, crop)(scaled))
                    print(f"{width},{height},{edge},{crop},{name},{hashes}", file=file)


def write_scores(path):
    model = ResNet(ARCHITECTURE).eval()
    model.load_state_dict(torch.load(DEMO))
    prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize([MEAN] * 3, [STD] * 3)])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        print("# mean probabilities of the demo's model over the views of an image, made by torchvision_views.py", file=file)
        print("width,height,views,probabilities", file=file)
        for width, height in (60, 45), (45, 60), (37, 37), (91, 40), (300, 200):
            for name in "one", "flip", "five-crop", "ten-crop":
                scaled = functional.resize(picture(width, height), 37)
                batch = torch.stack([prepare(view) for view in views(name, 28)(scaled)])
                with torch.no_grad():
                    mean = torch.softmax(model(batch).double(), dim=1).mean(dim=0)
                print(f"{width},{height},{name},{' '.join(f'{p:.9f}' for p in mean.tolist())}", file=file)


def main():
    assert PIL.__version__.startswith("12.3."), PIL.__version__
    write_pixels(sys.argv[1])
    write_scores(sys.argv[2])


if __name__ == "__main__":
    main()
