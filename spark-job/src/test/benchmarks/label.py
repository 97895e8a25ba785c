"""Measures label from end to end, and compares it with the limit that its parts set and with a PyTorch script, in turns on the same cores.

    python3 label.py MODEL CARD CHECKPOINT [--precision fp32] [--images 2000] [--rounds 5] [--classpath-file FILE] [--scratch DIR]

MODEL is the bundle of CHECKPOINT. Labels copies of photo_500x375.jpg (JPEG, quality 90), each with different pixels in its first rows.
A round measures, one after the other: raw, only the model with batches of 16 (LabelParts); d, decoding and preprocessing on one core
(LabelParts); label, with local[2], once with 200 images and once with 200 + images, so that the difference excludes start-up;
PyTorch, a DataLoader with two workers, Pillow, batches of 16, a compiled and frozen model, without its first batch. Prints a Markdown
table with every round and the medians. "possible" is 1 / (1 / raw + d / cores). Needs PyTorch, Pillow and NumPy; see docs/benchmarks.md.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../../../..")
PHOTO = os.path.join(ROOT, "udf/src/test/resources/dev/cardinal/udf/image/images/photo_500x375.jpg")
FIXTURES = os.path.join(ROOT, "model-zoo/src/test/fixtures")
CARDS = os.path.join(ROOT, "model-zoo/src/main/resources/dev/cardinal/zoo/cards")
START = 200
BATCH = 16


def make_images(directory, count):
    import numpy as np
    from PIL import Image

    os.makedirs(directory)
    photo = np.asarray(Image.open(PHOTO).convert("RGB"))
    for i in range(count):
        pixels = photo.copy()
        pixels[:8] = np.random.default_rng(i).integers(0, 256, (8, photo.shape[1], 3))
        Image.fromarray(pixels).save(os.path.join(directory, f"{i:06}.jpg"), quality=90)


def pytorch(o):
    """The script that a user would write; for each line on standard input it prints the rate over all images."""
    import torch
    import torch._inductor.config as config
    from PIL import Image
    from torch.utils.data import DataLoader, Dataset

    sys.path.insert(0, FIXTURES)
    from resnet import ResNet, normalized  # noqa: F401
    import numpy as np

    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])

    class Images(Dataset):
        def __init__(self):
            self.files = sorted(os.path.join(o.pytorch, name) for name in os.listdir(o.pytorch))

        def __len__(self):
            return len(self.files)

        def __getitem__(self, i):
            image = Image.open(self.files[i]).convert("RGB")
            scale = 256 / min(image.size)
            image = image.resize((round(image.width * scale), round(image.height * scale)), Image.BILINEAR)
            left, top = (image.width - 224) // 2, (image.height - 224) // 2
            pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), dtype=np.float32) / 255
            return torch.from_numpy(((pixels - mean) / std).transpose(2, 0, 1))

    torch.set_num_threads(2)
    with open(os.path.join(CARDS, o.card + ".json")) as file:
        model = ResNet(json.load(file)["architecture"]).eval().to(memory_format=torch.channels_last)
    model.load_state_dict(torch.load(o.checkpoint))
    if o.precision == "bf16":
        model = model.bfloat16()
    config.freezing = True
    with torch.no_grad():
        compiled = torch.compile(model)

        def classify(batch):
            batch = batch.to(memory_format=torch.channels_last, dtype=next(model.parameters()).dtype)
            return torch.softmax(compiled(batch).float(), 1).topk(10)

        for _ in range(4):
            classify(torch.zeros(BATCH, 3, 224, 224))
        print("ready", flush=True)
        for _ in sys.stdin:
            begin = images = None
            for batch in DataLoader(Images(), batch_size=BATCH, num_workers=2, drop_last=True):
                classify(batch)
                if begin is None:
                    begin, images = time.perf_counter(), 0
                else:
                    images += len(batch)
            print(images / (time.perf_counter() - begin), flush=True)


class Process:
    def __init__(self, command):
        environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="2")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        if not line.startswith("ready"):
            raise SystemExit(f"{command[0]} did not start: {line}")

    def ask(self, question):
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def label(o, images, output):
    shutil.rmtree(output, ignore_errors=True)
    command = [os.path.join(ROOT, "deploy/local/cardinal"), "label", "--model", o.model, "--input", images, "--output", output]
    command += ["--precision", o.precision, "--batch-size", str(BATCH)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, CI="true", CARDINAL_MASTER="local[2]"))
    with open(os.path.join(output, "_cardinal/run.json")) as file:
        run = json.load(file)
    count = sum(run["counts"].values())
    assert run["counts"] == {"ok": count}, run["counts"]
    return count / run["images_per_second"]


def main():
    parser = argparse.ArgumentParser()
    for name in ("model", "card", "checkpoint"):
        parser.add_argument(name)
    for name, value in (("images", 2000), ("rounds", 5), ("precision", "fp32"), ("classpath-file", "classpath"), ("scratch", "/tmp/cardinal-label")):
        parser.add_argument("--" + name, type=type(value), default=value)
    parser.add_argument("--pytorch", help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.pytorch:
        return pytorch(o)
    few, many = (os.path.join(o.scratch, f"images-{n}") for n in (START, START + o.images))
    for directory, count in ((few, START), (many, START + o.images)):
        if not os.path.exists(directory):
            make_images(directory, count)
    with open(o.classpath_file) as file:
        classpath = file.read().strip()
    parts = Process(["java", "-cp", classpath, "dev.cardinal.job.LabelParts", o.model, o.card, o.precision, str(BATCH), PHOTO])
    script = Process([sys.executable, *sys.argv, "--pytorch", many])
    output = os.path.join(o.scratch, "predictions")
    rows = []
    for _ in range(o.rounds):
        raw, decode = parts.ask("raw"), parts.ask("decode")
        rate = o.images / (label(o, many, output) - label(o, few, output))
        raw = statistics.mean((raw, parts.ask("raw")))
        possible = 1 / (1 / raw + 1 / (2 * decode))
        torch_rate = script.ask("go")
        rows.append((raw, 1000 / decode, possible, rate, torch_rate, rate / possible, rate / torch_rate))
    print(f"{o.card}, {o.precision}, {o.images} images, {o.rounds} rounds\n")
    print("| | raw, images/s | d, ms | possible, images/s | label, images/s | PyTorch, images/s | label / possible | label / PyTorch |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for i, row in enumerate(rows):
        print(f"| round {i + 1} | " + " | ".join(f"{v:.2f}" for v in row) + " |")
    print("| median | " + " | ".join(f"{statistics.median(v):.2f}" for v in zip(*rows)) + " |")


main()
