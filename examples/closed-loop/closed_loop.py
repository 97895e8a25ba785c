"""The paper's loop on Fashion-MNIST: labeled images -> teacher -> pseudo-labels -> selection -> shards -> student.

usage: python3 closed_loop.py --work DIR [--cardinal COMMAND] [--data DIR] [--seeds 3] [--skip-ablation]
needs: PyTorch, Pillow, pyarrow; Cardinal; Debian's package dataset-fashion-mnist (or the four files of Fashion-MNIST in --data)

For each seed, 2,000 images that are drawn at random keep their labels. Python trains networks, Cardinal does everything else. What is done
is kept in the work directory: a run that was interrupted continues. Results are in results.jsonl; report.py prints them as a table.
"""
import argparse
import io
import json
import pathlib
import shlex
import subprocess
import tarfile

import numpy as np
import pyarrow.parquet as pq
import torch
from PIL import Image

import network as net

LABELED = 2000
TEACHER = 40_000  # images that the teacher is trained with: 20 epochs
PRETRAIN = 30_000  # images that a student is trained with before it is fine-tuned, in every arm; with these it sees as many as the teacher
FINE_TUNE = 10_000
K, P = 500, 10
TEMPERATURE = 2
HERE = pathlib.Path(__file__).resolve().parent


class Loop:
    def __init__(self, arguments, seed):
        self.seed = seed
        self.root = pathlib.Path(arguments.work)
        self.work = self.root / f"seed-{seed}"
        self.cardinal_command = shlex.split(arguments.cardinal)
        data = pathlib.Path(arguments.data)
        self.images = net.read_images(data / "train-images-idx3-ubyte.gz")
        self.labels = net.read_labels(data / "train-labels-idx1-ubyte.gz")
        self.test_images = net.read_images(data / "t10k-images-idx3-ubyte.gz")
        self.test_labels = net.read_labels(data / "t10k-labels-idx1-ubyte.gz")
        self.pixels = self.scaled("train", self.images)
        self.test_pixels = self.scaled("test", self.test_images)
        drawn = np.random.default_rng(seed).permutation(len(self.images))
        self.labeled, self.unlabeled = np.sort(drawn[:LABELED]), np.sort(drawn[LABELED:])
        self.work.mkdir(parents=True, exist_ok=True)

    def scaled(self, name, images):
        file = self.root / f"{name}-{net.EDGE}.npy"
        if not file.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            np.save(file, np.stack([net.small(Image.fromarray(image)) for image in images]))
        return np.load(file)

    def cardinal(self, command, output, *options):
        """Runs a command of Cardinal unless its output is complete."""
        done = self.work / f"{output}.done"
        if not done.exists():
            line = [*self.cardinal_command, command, "--output", str(self.work / output), *map(str, options)]
            print("+", shlex.join(line), flush=True)
            printed = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout
            print(printed, flush=True)
            done.write_text(printed)

    def make_input(self):
        """Writes the unlabeled images to a tar archive, and the SHA-256 of all test images to a file for select --exclude."""
        exclude = self.root / "test.sha256"
        if not exclude.exists():
            exclude.write_text("".join(net.sha256(net.png(image)) + "\n" for image in self.test_images))
        archive = self.work / "unlabeled.tar"
        if not archive.exists():
            partial = archive.with_suffix(".partial")
            with tarfile.open(partial, "w") as out:
                for index in self.unlabeled:
                    data = net.png(self.images[index])
                    member = tarfile.TarInfo(f"{index:05d}.png")
                    member.size = len(data)
                    out.addfile(member, io.BytesIO(data))
            partial.rename(archive)

    def record(self, arm, network, **facts):
        accuracy = net.right(network, self.test_pixels, self.test_labels) / len(self.test_labels)
        row = {"seed": self.seed, "arm": arm, "accuracy": accuracy, **facts}
        print(row, flush=True)
        with open(self.root / "results.jsonl", "a") as out:
            out.write(json.dumps(row) + "\n")

    def is_recorded(self, arm):
        file = self.root / "results.jsonl"
        rows = [json.loads(line) for line in open(file)] if file.exists() else []
        return any(row["seed"] == self.seed and row["arm"] == arm for row in rows)

    def teacher(self):
        file = self.work / "teacher.pth"
        if not file.exists():
            x, y = self.pixels[self.labeled], self.labels[self.labeled]
            network = net.train(net.new_network(self.seed), x, y, TEACHER, 0.1, self.seed)
            torch.save({name: value.contiguous() for name, value in network.state_dict().items()}, file)
            self.record("teacher", network)

    def pseudo_labels(self):
        self.make_input()
        self.cardinal("import", "model", "--card", HERE / "card.json", "--checkpoint", self.work / "teacher.pth")
        self.cardinal(
            "label", "predictions", "--model", self.work / "model", "--input", self.work / "unlabeled.tar", "--emit", "logits")

    def select(self, k, p):
        name = f"selection-k{k}-p{p}"
        self.cardinal(
            "select", name, "--predictions", self.work / "predictions", "--k", k, "--p", p,
            "--dedupe", "sha256", "--exclude", self.root / "test.sha256")  # fmt: skip
        return name

    def student(self, arm, pixels, targets, **facts):
        """Trains a student on pseudo-labels, and fine-tunes it on the labeled images."""
        if self.is_recorded(arm):
            return
        network = net.train(net.new_network(1000 + self.seed), pixels, targets, PRETRAIN, 0.1, 1000 + self.seed)
        before = net.right(network, self.test_pixels, self.test_labels) / len(self.test_labels)
        net.train(network, self.pixels[self.labeled], self.labels[self.labeled], FINE_TUNE, 0.02, 2000 + self.seed)
        self.record(arm, network, samples=len(pixels), before_fine_tuning=before, **facts)

    def truth(self, path):
        return self.labels[index_of(path)]

    def main_arms(self):
        self.teacher()
        if not self.is_recorded("labeled only"):
            x, y = self.pixels[self.labeled], self.labels[self.labeled]
            network = net.train(net.new_network(1000 + self.seed), x, y, PRETRAIN, 0.1, 1000 + self.seed)
            net.train(network, x, y, FINE_TUNE, 0.02, 2000 + self.seed)
            self.record("labeled only", network)
        self.pseudo_labels()
        selection = self.select(K, P)
        self.cardinal(
            "export", "shards", "--selection", self.work / selection, "--format", "webdataset",
            "--repeat", "--soft-labels", "logits", "--temperature", TEMPERATURE, "--seed", self.seed)  # fmt: skip
        pixels, hard, soft, paths = read_shards(self.work / "shards" / "train")
        precision = float(np.mean([self.truth(path) == label for path, label in zip(paths, hard)]))
        self.student("student", pixels, hard, precision=precision)
        self.student("student, soft labels", pixels, soft, precision=precision)
        table = pq.read_table(self.work / "predictions", columns=["path", "predictions"]).to_pylist()
        table.sort(key=lambda row: row["path"])
        drawn = np.random.default_rng(100 + self.seed).choice(len(table), len(hard), replace=False)
        indices = [index_of(table[i]["path"]) for i in drawn]
        labels = np.array([table[i]["predictions"][0]["class_index"] for i in drawn], np.int64)
        precision = float(np.mean(self.labels[indices] == labels))
        self.student("random pseudo-labels", self.pixels[indices], labels, precision=precision)

    def ablation(self):
        for k, p in ((100, P), (2000, P), (K, 1), (2000, 1)):
            arm = f"K = {k}, P = {p}"
            if not self.is_recorded(arm):
                rows = pq.read_table(
                    self.work / self.select(k, p) / "selection", columns=["path", "class_index"]).to_pylist()
                indices = [index_of(row["path"]) for row in rows]
                labels = np.array([row["class_index"] for row in rows], np.int64)
                precision = float(np.mean(self.labels[indices] == labels))
                self.student(arm, self.pixels[indices], labels, precision=precision)


def index_of(path):
    return int(path.rsplit("/", 1)[1].split(".")[0])


def read_shards(directory):
    """Returns the pixels, class indices, distributions and paths of all samples."""
    pixels, hard, soft, paths = [], [], [], []
    for shard in sorted(directory.glob("*.tar")):
        with tarfile.open(shard) as members:
            for member in members:
                data = members.extractfile(member).read()
                extension = member.name.split(".", 1)[1]
                if extension == "png":
                    pixels.append(net.small(Image.open(io.BytesIO(data))))
                elif extension == "cls":
                    hard.append(int(data))
                elif extension == "json":
                    paths.append(json.loads(data)["path"])
                elif extension == "soft.npy":
                    soft.append(np.load(io.BytesIO(data)))
    return np.stack(pixels), np.array(hard, np.int64), np.stack(soft), paths


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--cardinal", default=str(HERE.parent.parent / "deploy/local/cardinal"))
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--skip-ablation", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    loops = [Loop(arguments, seed) for seed in range(arguments.seeds)]
    for loop in loops:
        loop.main_arms()
    for loop in [] if arguments.skip_ablation else loops:
        loop.ablation()


if __name__ == "__main__":
    main()
