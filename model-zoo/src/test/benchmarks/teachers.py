#!/usr/bin/env python3
"""Measures how much of a processor teachers of the catalog need for an image, compared with one of them, in turns.

    python3 teachers.py DIR [CARD...] [--cardinal COMMAND] [--classpath-file FILE] [--precision fp32] [--batch 4] [--rounds 5] [--seconds 3]

Writes a checkpoint with random weights for each card with timm's network (made with timm 1.0.31 and PyTorch), imports it, and
measures the model alone with RawModelBenchmark at the edge of the card: with one thread, from bytes in arrays to numbers in
arrays. The speed does not depend on the weights. What exists in DIR is used again. docs/which-teacher.md has the command and the
result.

Both the reference, which is the first card, and another one are processes that stay and run for some seconds in turns. The figures
are processor time for an image, as the operating system counts it: on a shared machine, other programs change it less than the time
that passes. The result is the median of the rounds.
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
CARDS = os.path.join(HERE, "../../main/resources/dev/cardinal/zoo/cards")
REFERENCE = "resnext50_32x4d.a1h_in1k"
TEACHERS = {  # card: timm's network
    REFERENCE: "resnext50_32x4d",
    "swsl_resnet18": "resnet18",
    "swsl_resnet50": "resnet50",
    "resnet50d.ra4_e3600_r224_in1k": "resnet50d",
    "seresnext50_32x4d.racm_in1k": "seresnext50_32x4d",
    "swsl_resnext101_32x4d": "resnext101_32x4d",
    "resnet152.a1h_in1k": "resnet152",
    "resnet152d.ra2_in1k": "resnet152d",
    "swsl_resnext101_32x8d": "resnext101_32x8d",
    "resnext101_64x4d.c1_in1k": "resnext101_64x4d",
    "swsl_resnext101_32x16d": "resnext101_32x16d",
    "ig_resnext101_32x32d": "resnext101_32x32d",
    "seresnextaa101d_32x8d.sw_in12k_ft_in1k": "seresnextaa101d_32x8d",
    "seresnextaa101d_32x8d.sw_in12k_ft_in1k_288": "seresnextaa101d_32x8d",
    "seresnextaa201d_32x8d.sw_in12k_ft_in1k_384": "seresnextaa201d_32x8d",
}


def import_random(card, o):
    import timm
    import torch

    torch.manual_seed(1)
    checkpoint = os.path.join(o.directory, card + ".pth")
    torch.save(timm.create_model(TEACHERS[card], pretrained=False, zero_init_last=False).state_dict(), checkpoint)
    command = ["import", "--card", card, "--checkpoint", checkpoint, "--allow-hash-mismatch", "--output", bundle(card, o)]
    subprocess.run([*shlex.split(o.cardinal), *command], check=True, stdout=subprocess.DEVNULL)
    os.remove(checkpoint)


def bundle(card, o):
    return os.path.join(o.directory, card)


def start(card, o):
    with open(o.classpath_file) as file:
        command = ["java", "-Xmx1g", "-cp", file.read().strip(), "dev.cardinal.zoo.RawModelBenchmark"]
    command += [card, bundle(card, o), o.precision, o.batch, o.seconds, 1]
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="2")
    pipe = subprocess.PIPE
    process = subprocess.Popen([str(c) for c in command], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment)
    if not process.stdout.readline().startswith("ready "):
        raise SystemExit(f"{card} did not start")
    return process


def turn(process):
    """Returns the milliseconds of processor time for an image."""
    process.stdin.write("go\n")
    process.stdin.flush()
    return float(process.stdout.readline().split()[1])


def stop(process):
    process.stdin.close()
    process.wait()


def processor():
    with open("/proc/cpuinfo") as file:
        lines = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines())
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    wide = [flag for flag in fields["flags"].split() if flag.startswith(("avx", "amx"))]
    return f"{fields['model name']}; {' '.join(wide)}"


def edge(card):
    with open(os.path.join(CARDS, card + ".json")) as file:
        return json.load(file)["preprocessing"]["crop"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("cards", nargs="*", default=[])
    parser.add_argument("--cardinal", default=os.path.join(HERE, "../../../../deploy/local/cardinal"))
    parser.add_argument("--classpath-file", default="classpath")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    for name, value in (("batch", 4), ("rounds", 5), ("seconds", 3.0)):
        parser.add_argument("--" + name, type=type(value), default=value)
    o = parser.parse_args()
    cards = [card for card in o.cards or TEACHERS if card != REFERENCE]
    os.makedirs(o.directory, exist_ok=True)
    for card in [REFERENCE, *cards]:
        if not os.path.exists(bundle(card, o)):
            import_random(card, o)
    print(f"{processor()}; {o.precision}, batch {o.batch}, 1 thread, {o.rounds} rounds of {o.seconds:g} s, load average {os.getloadavg()[0]:.1f}\n")
    print("| card | edge | ms/image by round | median | that of the reference | ratio by round | median |")
    print("| --- | ---: | --- | ---: | ---: | --- | ---: |", flush=True)
    reference = start(REFERENCE, o)
    for card in cards:
        process = start(card, o)
        pairs = [(turn(reference), turn(process)) for _ in range(o.rounds)]
        stop(process)
        ratios = [mine / its for its, mine in pairs]
        median = [statistics.median(column) for column in zip(*pairs)]
        rounds = " ".join(f"{mine:.0f}" for _, mine in pairs)
        shown = " ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"| `{card}` | {edge(card)} | {rounds} | {median[1]:.0f} | {median[0]:.0f} | {shown} | {statistics.median(ratios):.2f} |", flush=True)
    stop(reference)
    print(f"\nload average at the end {os.getloadavg()[0]:.1f}")


main()
