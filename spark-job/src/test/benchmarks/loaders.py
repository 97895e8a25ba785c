"""Measures how fast other programs read, decode and prepare the images that input.sh has written, in turns, on one core.

usage: python3 loaders.py DIRECTORY ROUNDS
needs: torch, torchvision, webdataset, datasets; ray[data] and daft are left out if they are not installed

Every program prepares each image as the model of input.sh needs it: the shorter edge scaled to 256, the center cropped to 224, pixels as
normalized floats. Prints images per second. Each round of each program is a process that is restricted to one core; its first 200
images, which include its start, are not counted. Ray and Daft, which start processes and plan before the first image, are measured from the
start of the query, with the libraries loaded and Ray running.
"""
import glob
import io
import os
import statistics
import subprocess
import sys
import time

UNCOUNTED = 200


def transform():
    from torchvision import transforms

    return transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ])  # fmt: skip


def rate(images):
    count, start = 0, 0.0
    for _ in images:
        count += 1
        if count == UNCOUNTED:
            start = time.perf_counter()
    return (count - UNCOUNTED) / (time.perf_counter() - start)


def data_loader(directory):
    """The DataLoader in its own process: one worker would share the core with it."""
    import torch
    from PIL import Image

    class Files(torch.utils.data.Dataset):
        def __init__(self):
            self.files = sorted(glob.glob(directory + "/files/*.jpg"))
            self.prepare = transform()

        def __len__(self):
            return len(self.files)

        def __getitem__(self, index):
            with Image.open(self.files[index]) as image:
                return self.prepare(image.convert("RGB"))

    return rate(image for batch in torch.utils.data.DataLoader(Files(), batch_size=32) for image in batch)


def web_dataset(directory):
    import webdataset

    shards = sorted(glob.glob(directory + "/tar/*.tar"))
    data = webdataset.WebDataset(shards, shardshuffle=False).decode("pilrgb").to_tuple("jpg").map_tuple(transform())
    return rate(data)


def hugging_face(directory):
    import datasets

    files = sorted(glob.glob(directory + "/parquet/*.parquet"))
    data = datasets.load_dataset("parquet", data_files=files, split="train", streaming=True)
    data = data.cast_column("image", datasets.Image())
    prepare = transform()
    return rate(prepare(row["image"].convert("RGB")) for row in data)


def ray_data(directory):
    import numpy
    import ray
    from PIL import Image

    ray.init(num_cpus=1, logging_level="ERROR", include_dashboard=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    prepare = transform()

    def prepared(row):
        return {"image": prepare(Image.open(io.BytesIO(row["bytes"])).convert("RGB")).numpy()}

    count = 0
    start = time.perf_counter()
    for batch in ray.data.read_binary_files(directory + "/files").map(prepared).iter_batches(batch_size=32):
        count += len(numpy.asarray(batch["image"]))
    return count / (time.perf_counter() - start)


def daft_reader(directory):
    import daft
    from PIL import Image

    prepare = transform()

    @daft.func(return_dtype=daft.DataType.tensor(daft.DataType.float32()))
    def prepared(content: bytes):
        return prepare(Image.open(io.BytesIO(content)).convert("RGB")).numpy()

    start = time.perf_counter()
    frame = daft.from_glob_path(directory + "/files/*.jpg")
    frame = frame.select(prepared(daft.functions.download(frame["path"])).alias("image"))
    count = sum(len(part) for part in frame.iter_partitions())
    return count / (time.perf_counter() - start)


PROGRAMS = {
    "PyTorch DataLoader, Pillow, files": data_loader,
    "WebDataset, Pillow, tar": web_dataset,
    "Hugging Face Datasets, Pillow, Parquet": hugging_face,
    "Ray Data, Pillow, files": ray_data,
    "Daft, Pillow, files": daft_reader,
}


def main():
    if len(sys.argv) == 4:
        os.sched_setaffinity(0, {0})
        import torch

        torch.set_num_threads(1)
        print(PROGRAMS[sys.argv[3]](sys.argv[1]))
        return
    rates = {name: [] for name in PROGRAMS}
    for _ in range(int(sys.argv[2])):
        for name in PROGRAMS:
            done = subprocess.run([sys.executable, __file__, *sys.argv[1:], name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if done.returncode == 0:
                rates[name].append(float(done.stdout.splitlines()[-1]))
            else:
                print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
    print("| program, source | images/s by round | median |\n| --- | --- | ---: |")
    for name, values in rates.items():
        if values:
            print(f"| {name} | {' '.join(f'{value:.0f}' for value in values)} | {statistics.median(values):.0f} |")


main()
