"""Writes what PyTorch predicts for the demo's 1,000 images, in float32, to two files beside it:
expected_demo_predictions.csv, one line an image, and expected_demo_counts.csv, one line a class and one for all.

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


def main():
    model = train.CifarResNeXt(20, 8, 4).eval()
    model.load_state_dict(torch.load(DEMO / 'fashion_resnext20_8x4d.pth', weights_only=True))
    with torch.no_grad():
        logits = model(train.prep(train.xte[:COUNT]).contiguous())
    truth = train.yte[:COUNT]
    largest, predicted = logits.max(1)
    right = predicted == truth
    within = (logits.topk(5, dim=1).indices == truth[:, None]).any(1)

    with open(HERE / 'expected_demo_predictions.csv', 'w', newline='') as out:
        writer = csv.writer(out, lineterminator='\n')
        writer.writerow(['test_index', 'true_class', 'predicted_class', 'max_logit'])
        for i in range(COUNT):
            writer.writerow([i, truth[i].item(), predicted[i].item(), f'{largest[i].item():.7g}'])

    with open(HERE / 'expected_demo_counts.csv', 'w', newline='') as out:
        writer = csv.writer(out, lineterminator='\n')
        writer.writerow(['class', 'images', 'right', 'within_top5'])
        for k, name in enumerate(CLASSES):
            of = truth == k
            writer.writerow([name, of.sum().item(), right[of].sum().item(), within[of].sum().item()])
        writer.writerow(['all', COUNT, right.sum().item(), within.sum().item()])


if __name__ == '__main__':
    main()
