"""Measures how well `evaluate --suspects` finds wrong truths: replaces 5 % of the truths of the demo's images.

    python spark-job/src/test/benchmarks/label_errors.py DIR CARDINAL

DIR is a directory for tables. CARDINAL is the command, such as deploy/local/cardinal. Needs NumPy and PyArrow. Prints the area under the ROC
curve of the rank, for each of three seeds.
"""
import pathlib
import subprocess
import sys

import numpy as np
import pyarrow.parquet

directory, cardinal = pathlib.Path(sys.argv[1]), sys.argv[2:]
repository = pathlib.Path(__file__).parents[4]
run = lambda *line: subprocess.run([*cardinal, *map(str, line)], check=True, stdout=subprocess.DEVNULL)
run("import", "--card", "fashion_resnext20_8x4d", "--checkpoint",
    repository / "model-zoo/src/main/resources/dev/cardinal/zoo/demo/fashion_resnext20_8x4d.pth", "--output", directory / "model")
run("label", "--model", directory / "model", "--input", repository / "spark-job/src/main/resources/dev/cardinal/job/demo/images",
    "--output", directory / "predictions", "--label-from", "parent-dir", "--emit", "logits")
table = pyarrow.parquet.read_table(directory / "predictions", columns=["path", "truth"]).to_pydict()
names = sorted(set(table["truth"]))
for seed in range(3):
    random = np.random.default_rng(seed)
    flipped = set(random.choice(len(table["path"]), len(table["path"]) // 20, replace=False).tolist())
    lines = ["path,truth"]
    for i, (path, truth) in enumerate(zip(table["path"], table["truth"])):
        other = names[(names.index(truth) + int(random.integers(1, len(names)))) % len(names)]
        lines.append(f'"{path}","{other if i in flipped else truth}"')
    (directory / f"truth{seed}.csv").write_text("\n".join(lines) + "\n")
    run("evaluate", "--predictions", directory / "predictions", "--truth", directory / f"truth{seed}.csv", "--suspects", "1000000",
        "--output", directory / f"evaluation{seed}")
    suspects = pyarrow.parquet.read_table(directory / f"evaluation{seed}/suspects", columns=["rank", "path"]).to_pydict()
    wrong = {table["path"][i] for i in flipped}
    ranks = np.array([rank for rank, path in zip(suspects["rank"], suspects["path"]) if path in wrong])
    n, k = len(suspects["rank"]), len(ranks)
    # The share of pairs of a wrong and a right truth in which the wrong one is more suspicious.
    area = 1 - (ranks.sum() - k * (k + 1) / 2) / (k * (n - k))
    print(f"seed {seed}: {k} of {n} truths are wrong, area under the ROC curve {area:.4f}")
