"""Compares the raw model in Cardinal with PyTorch and ONNX Runtime, in turns on the same cores.

    python3 raw_model.py CARD CHECKPOINT BUNDLE fp32|bf16 [--engines cardinal,compile,...] [--batch 16] [--rounds 5] [--seconds 4]
        [--threads 2] [--classpath-file FILE]

Every engine is one process for the whole benchmark. In each round the engines in turn run batches of random pixels for some seconds, so that
all of them meet the same load of a shared machine. Prints a Markdown table: images per second by round, their median, the median of the
ratios of the first engine to each other engine in the same round, and the processor time of the process per image in milliseconds (median and
least), which counts no time that other programs had the cores. With several threads it counts threads that spin while they wait, so that it
compares engines well only with --threads 1. Engines: cardinal (RawModelBenchmark), compile (torch.compile with
freezing, channels last), torchscript (traced and frozen), onnxruntime (exported with weights folded; fp32 only); cardinal@32 is Cardinal
with batches of 32, regardless of --batch. The other engines get normalized floats; Cardinal's time covers everything from bytes in arrays to
numbers in arrays.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CARDS = os.path.join(HERE, "../../main/resources/dev/cardinal/zoo/cards")


def onnxruntime_call(model, pixels, threads):
    import onnxruntime
    import torch

    path = f"/tmp/raw_model_{os.getpid()}.onnx"
    torch.onnx.export(model, (pixels,), path, dynamo=False, opset_version=17, input_names=["x"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    os.remove(path)
    array = pixels.numpy()
    return f"ONNX Runtime {onnxruntime.__version__}", lambda: session.run(None, {"x": array})


def torch_call(engine, model, pixels, precision):
    import torch

    model, pixels = model.to(memory_format=torch.channels_last), pixels.to(memory_format=torch.channels_last)
    if precision == "bf16":
        model, pixels = model.bfloat16(), pixels.bfloat16()
    if engine == "compile":
        import torch._inductor.config as config

        config.freezing = True
        compiled = torch.compile(model)
        return f"PyTorch {torch.__version__}, torch.compile, freezing", lambda: compiled(pixels)
    frozen = torch.jit.freeze(torch.jit.trace(model, pixels))
    return f"PyTorch {torch.__version__}, TorchScript, frozen", lambda: frozen(pixels)


def child(o):
    import numpy as np
    import torch

    sys.path.insert(0, os.path.join(HERE, "../fixtures"))
    from resnet import ResNet

    torch.set_num_threads(o.threads)
    with open(os.path.join(CARDS, o.card + ".json")) as file:
        model = ResNet(json.load(file)["architecture"]).eval()
    model.load_state_dict(torch.load(o.checkpoint))
    pixels = torch.from_numpy(np.random.default_rng(1).standard_normal((o.batch, 3, 224, 224), dtype=np.float32))
    with torch.no_grad():
        if o.child == "onnxruntime":
            name, call = onnxruntime_call(model, pixels, o.threads)
        else:
            name, call = torch_call(o.child, model, pixels, o.precision)
        for _ in range(4):
            call()
        print("ready", name, flush=True)
        for _ in sys.stdin:
            begin, used, runs = time.perf_counter(), time.process_time(), 0
            while time.perf_counter() - begin < o.seconds:
                call()
                runs += 1
            rate = runs * o.batch / (time.perf_counter() - begin)
            print(rate, (time.process_time() - used) * 1e3 / (runs * o.batch), flush=True)


def start(engine, o):
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="2")
    if engine.startswith("cardinal"):
        with open(o.classpath_file) as file:
            command = ["java", "-cp", file.read().strip(), "dev.cardinal.zoo.RawModelBenchmark"]
        command += [o.card, o.bundle, o.precision, engine.partition("@")[2] or o.batch, o.seconds, o.threads]
    else:
        command = [sys.executable, *sys.argv, "--child", engine]
    pipe = subprocess.PIPE
    process = subprocess.Popen([str(c) for c in command], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment)
    line = ""
    while not line.startswith("ready "):
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"{engine} did not start")
    name, _, batch = engine.partition("@")
    return process, line[len("ready "):].strip() + (f", batch {batch}" if batch else "")


def main():
    parser = argparse.ArgumentParser()
    for name in ("card", "checkpoint", "bundle", "precision"):
        parser.add_argument(name)
    for name, value in (("batch", 16), ("rounds", 5), ("seconds", 4.0), ("threads", 2)):
        parser.add_argument("--" + name, type=type(value), default=value)
    parser.add_argument("--engines", default="cardinal,compile,onnxruntime")
    parser.add_argument("--classpath-file", default="classpath")
    parser.add_argument("--child")
    o = parser.parse_args()
    if o.child:
        return child(o)
    started = {engine: start(engine, o) for engine in o.engines.split(",")}
    rates = {engine: [] for engine in started}
    used = {engine: [] for engine in started}
    for _ in range(o.rounds):
        for engine, (process, _) in started.items():
            process.stdin.write("go\n")
            process.stdin.flush()
            rate, milliseconds = map(float, process.stdout.readline().split())
            rates[engine].append(rate)
            used[engine].append(milliseconds)
    print(f"{o.card}, {o.precision}, batch {o.batch}, {o.threads} threads, {o.rounds} rounds of {o.seconds:g} s\n")
    print("| engine | images/s by round | median | the first / it, median | CPU ms/image, median | least |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for engine, (process, name) in started.items():
        process.stdin.close()
        process.wait()
        ratio = statistics.median(a / b for a, b in zip(next(iter(rates.values())), rates[engine]))
        print(f"| {name} | {' '.join(f'{r:.1f}' for r in rates[engine])} | {statistics.median(rates[engine]):.1f} | {ratio:.2f}"
            f" | {statistics.median(used[engine]):.1f} | {min(used[engine]):.1f} |")


main()
