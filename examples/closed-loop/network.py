"""A small ResNeXt, how it is trained, and Fashion-MNIST as it reads it. Tensors have torchvision's names, so that Cardinal imports them."""
import gzip
import hashlib
import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

MEAN, STD, EDGE, BATCH = 0.286, 0.353, 14, 100


class Bottleneck(nn.Module):
    def __init__(self, inputs, planes, groups, base_width):
        super().__init__()
        width, outputs = planes * base_width // 64 * groups, planes * 4
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class SmallResNeXt(nn.Module):
    """The network of card.json: a CIFAR stem, one block with cardinality 4 and base width 4, 10 classes."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(Bottleneck(64, 64, 4, 4))
        self.fc = nn.Linear(256, 10)

    def forward(self, x):
        x = self.layer1(F.relu(self.bn1(self.conv1(x))))
        return self.fc(x.mean((2, 3)))


def read_images(file):
    data = gzip.open(file).read()
    return np.frombuffer(data, np.uint8, offset=16).reshape(-1, 28, 28)


def read_labels(file):
    return np.frombuffer(gzip.open(file).read(), np.uint8, offset=8).astype(np.int64)


def png(pixels):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def small(image):
    """Scales a Pillow image to the network's input: Cardinal does the same for card.json."""
    return np.asarray(image.convert("L").resize((EDGE, EDGE), Image.BILINEAR))


def tensor(pixels):
    return ((torch.as_tensor(pixels).float() / 255 - MEAN) / STD).unsqueeze(1).expand(-1, 3, -1, -1)


def augmented(x, generator):
    """Shifts by up to one pixel, and mirrors half of the images."""
    dy, dx = torch.randint(0, 3, (2,), generator=generator).tolist()
    x = F.pad(x, (1, 1, 1, 1), value=-MEAN / STD)[:, :, dy : dy + EDGE, dx : dx + EDGE]
    mirrored = torch.rand(len(x), generator=generator) < 0.5
    return torch.where(mirrored[:, None, None, None], x.flip(3), x)


def train(network, pixels, targets, images, rate, seed):
    """Trains with a number of images that does not depend on the size of the set.

    targets: class indices, or a distribution for each image
    """
    generator = torch.Generator().manual_seed(seed)
    steps = images // BATCH
    optimizer = torch.optim.SGD(network.parameters(), rate, momentum=0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.2)
    x, y = torch.as_tensor(np.array(pixels)), torch.as_tensor(np.array(targets))
    network.train()
    order = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        if len(order) < BATCH:
            order = torch.cat([order, torch.randperm(len(x), generator=generator)])
        batch, order = order[:BATCH], order[BATCH:]
        inputs = augmented(tensor(x[batch]), generator).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(inputs)
        loss = F.cross_entropy(logits.float(), y[batch], label_smoothing=0.05 if y.dim() == 1 else 0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network


def new_network(seed):
    torch.manual_seed(seed)
    return SmallResNeXt().to(memory_format=torch.channels_last)


@torch.no_grad()
def right(network, pixels, labels):
    """Returns the number of images that are classified as labeled."""
    network.eval()
    count = 0
    for i in range(0, len(pixels), 500):
        count += int((network(tensor(pixels[i : i + 500])).argmax(1).numpy() == labels[i : i + 500]).sum())
    return count


def sha256(data):
    return hashlib.sha256(data).hexdigest()
