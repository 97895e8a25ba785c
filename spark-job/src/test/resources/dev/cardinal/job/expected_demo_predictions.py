"""Writes PyTorch's float32 predictions for the demo's 1,000 images to three files in its directory:
expected_demo_predictions.csv, one line per image, expected_demo_counts.csv, one line per class and one for all, and
expected_demo_small.csv, one line per image for the second, smaller teacher.

usage, from the repository's root: python3 spark-job/src/test/resources/dev/cardinal/job/expected_demo_predictions.py
needs: PyTorch 2.13 (CPU), Debian's dataset-fashion-mnist.
"""
import csv
import sys
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
DEMO = Path('model-zoo/src/main/resources/dev/cardinal/zoo/demo')
CLASSES = 'tshirt_top trouser pullover dress coat sandal shirt sneaker bag ankle_boot'.split()
COUNT = 1000

sys.path.insert(0, str(DEMO.resolve()))
sys.dont_write_bytecode = True
import train  # noqa: E402


def logits(checkpoint, depth, cardinality, base_width):
    model = train.CifarResNeXt(depth, cardinality, base_width).eval()
    model.load_state_dict(torch.load(DEMO / checkpoint, weights_only=True))
    with torch.no_grad():
        return model(train.prep(train.xte[:COUNT]).contiguous())


def write_predictions(name, truth, largest, predicted):
    with open(HERE / name, 'w', newline='') as out:
        writer = csv.writer(out, lineterminator='\n')
        writer.writerow(['test_index', 'true_class', 'predicted_class', 'max_logit'])
        for i in range(COUNT):
            writer.writerow([i, truth[i].item(), predicted[i].item(), f'{largest[i].item():.7g}'])


def main():
    of_teacher = logits('fashion_resnext20_8x4d.pth', 20, 8, 4)
    truth = train.yte[:COUNT]
    largest, predicted = of_teacher.max(1)
    right = predicted == truth
    within = (of_teacher.topk(5, dim=1).indices == truth[:, None]).any(1)
    write_predictions('expected_demo_predictions.csv', truth, largest, predicted)
    write_predictions('expected_demo_small.csv', truth, *logits('fashion_resnext11_4x4d.pth', 11, 4, 4).max(1))

    with open(HERE / 'expected_demo_counts.csv', 'w', newline='') as out:
        writer = csv.writer(out, lineterminator='\n')
        writer.writerow(['class', 'images', 'right', 'within_top5'])
        for k, name in enumerate(CLASSES):
            of = truth == k
            writer.writerow([name, of.sum().item(), right[of].sum().item(), within[of].sum().item()])
        writer.writerow(['all', COUNT, right.sum().item(), within.sum().item()])


if __name__ == '__main__':
    main()
