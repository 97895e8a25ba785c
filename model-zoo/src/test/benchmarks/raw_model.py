"""Images a second of a model in PyTorch or ONNX Runtime: the raw model, on random pixels, for raw_model.sh.

    python3 raw_model.py compile|torchscript|onnxruntime CARD CHECKPOINT fp32|bf16 BATCH SECONDS THREADS

compile: torch.compile with freezing; torchscript: traced and frozen; onnxruntime: exported with weights folded. Pixels are
normalised outside of what is timed, in each. Prints "images/s" of every repetition after a warm-up.
"""
import json
import os
import sys
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../fixtures"))
from resnet import ResNet  # noqa: E402

CARDS = os.path.join(HERE, "../../main/resources/dev/cardinal/zoo/cards")


def model_of(card, checkpoint):
    with open(os.path.join(CARDS, card + ".json")) as file:
        model = ResNet(json.load(file)["architecture"]).eval()
    model.load_state_dict(torch.load(checkpoint))
    return model


def onnxruntime_of(model, pixels, threads):
    import onnxruntime

    path = f"/tmp/raw_model_{os.getpid()}.onnx"
    torch.onnx.export(model, (pixels,), path, dynamo=False, opset_version=17, input_names=["x"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    os.remove(path)
    print(f"# ONNX Runtime {onnxruntime.__version__}", flush=True)
    array = pixels.numpy()
    return lambda: session.run(None, {"x": array})[0]


def main():
    engine, card, checkpoint, precision, batch, seconds, threads = sys.argv[1:8]
    torch.set_num_threads(int(threads))
    model = model_of(card, checkpoint)
    pixels = torch.from_numpy(np.random.default_rng(1).standard_normal((int(batch), 3, 224, 224), dtype=np.float32))
    with torch.no_grad():
        if engine == "onnxruntime":
            call = onnxruntime_of(model, pixels, int(threads))
        else:
            model = model.to(memory_format=torch.channels_last)
            pixels = pixels.to(memory_format=torch.channels_last)
            if precision == "bf16":
                model, pixels = model.bfloat16(), pixels.bfloat16()
            if engine == "compile":
                import torch._inductor.config as config

                config.freezing = True
                compiled = torch.compile(model)
            else:
                compiled = torch.jit.freeze(torch.jit.trace(model, pixels))
            call = lambda: compiled(pixels)  # noqa: E731
        for _ in range(4):
            call()
        begin = time.perf_counter()
        runs = 0
        while time.perf_counter() - begin < float(seconds):
            call()
            runs += 1
        print(f"{runs * int(batch) / (time.perf_counter() - begin):.2f}")


main()
