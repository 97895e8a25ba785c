"""Writes expected_counts.csv in its directory: parameters and multiply-accumulates of every card, counted by PyTorch.

usage, from the repository's root: python3 model-zoo/src/test/resources/dev/cardinal/zoo/expected_counts.py
needs: PyTorch 2.13 or later, timm 1.0.31. Builds each network on the meta device and counts convolutions and the last layer with
forward hooks at the crop's size, or 32 x 32 without one. Agrees with torchvision's published numbers, if there are any.
A card that has the name of a timm model must have its tensors and counts; timm's own classes are counted for that. They are
counted alone for squeeze-and-excitation, deep stems, pooled shortcuts and anti-aliasing.
"""
import csv
import json
from pathlib import Path

import timm
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
CARDS = Path('model-zoo/src/main/resources/dev/cardinal/zoo/cards')


class Block(nn.Module):
    def __init__(self, kind, channels, planes, stride, groups, base_width):
        super().__init__()
        if kind == 'basic':
            shapes = [(channels, planes, 3, stride, 1), (planes, planes, 3, 1, 1)]
        else:
            width = int(planes * (base_width / 64.0)) * groups
            shapes = [(channels, width, 1, 1, 1), (width, width, 3, stride, groups), (width, planes * 4, 1, 1, 1)]
        self.out = shapes[-1][1]
        self.path = nn.Sequential(*(m for s in shapes for m in conv(*s)))
        same = stride == 1 and channels == self.out
        self.shortcut = nn.Identity() if same else nn.Sequential(*conv(channels, self.out, 1, stride, 1))

    def forward(self, x):
        return self.path(x) + self.shortcut(x)


def conv(channels, out, kernel, stride, groups):
    yield nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    yield nn.BatchNorm2d(out)


def network(a):
    imagenet = a['stem'] == 'imagenet'
    parts = list(conv(3, 64, 7, 2, 1) if imagenet else conv(3, 64, 3, 1, 1))
    if imagenet:
        parts.append(nn.MaxPool2d(3, 2, 1))
    channels = 64
    for stage, blocks in enumerate(a['layers']):
        for i in range(blocks):
            stride = 2 if i == 0 and stage > 0 else 1
            parts.append(Block(a['block'], channels, 64 << stage, stride, a['cardinality'], a['base_width']))
            channels = parts[-1].out
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, a['classes']))


def macs(model, edge):
    total = 0

    def count(module, _, output):
        nonlocal total
        places = output.shape[2] * output.shape[3] if output.dim() == 4 else 1
        total += module.weight.numel() * places

    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.register_forward_hook(count)
    model.eval()(torch.empty(1, 3, edge, edge))
    return total


def check_with_timm(name, model, edge, counts, classes):
    """Compares with timm's class of the same name, if there is one: shapes, counts, activation, epsilon."""
    if not timm.is_model_pretrained(name):
        return
    theirs = timm.create_model(name, num_classes=classes)
    shapes = [sorted(tuple(t.shape) for t in m.state_dict().values()) for m in (model, theirs)]
    assert shapes[0] == shapes[1], name
    assert counts == [sum(p.numel() for p in theirs.parameters()), macs(theirs, edge)], name
    assert {type(m).__name__ for m in theirs.modules() if 'activation' in type(m).__module__} <= {'ReLU', 'Sigmoid'}, name
    assert {m.eps for m in theirs.modules() if isinstance(m, nn.BatchNorm2d)} == {1e-5}, name


def main():
    with open(HERE / 'expected_counts.csv', 'w', newline='') as out, torch.device('meta'):
        writer = csv.writer(out, lineterminator='\n')
        writer.writerow(['id', 'parameters', 'macs'])
        for name in (CARDS / 'index.txt').read_text().split():
            card = json.loads((CARDS / f'{name}.json').read_text())
            a = card['architecture']
            other = a['stem'] not in ('imagenet', 'cifar') or a.get('variant', {}).keys() - {'normalization'}
            model = timm.create_model(name, num_classes=a['classes']) if other else network(a)
            edge = card['preprocessing']['crop'] or 32
            counts = [sum(p.numel() for p in model.parameters()), macs(model, edge)]
            for known in [name, *card['aliases']]:
                check_with_timm(known, model, edge, counts, a['classes'])
            writer.writerow([name, *counts])


if __name__ == '__main__':
    main()
