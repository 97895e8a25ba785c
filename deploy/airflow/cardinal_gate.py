"""Decides whether predictions are good enough to select pseudo-labels: reads run.json of `label` and metrics.json of `evaluate`.

The DAG in this directory calls problems(). Other schedulers run this file:

    python3 cardinal_gate.py --run predictions/_cardinal/run.json --metrics evaluation/metrics.json \
        --max-bad-fraction 0.02 --min-top1 0.75

It prints the problems and exits with 0 (passed), 3 (a gate is exceeded) or 2 (a file is missing or invalid).

Use this gate instead of `label --max-bad-fraction`: label ends with 3 once, but a scheduler's retry has nothing to do and ends with 0.
The counts in run.json are of the whole table.
"""

import argparse
import json
import sys


def problems(run, metrics, max_bad_fraction, min_top1):
    """Returns the reasons not to continue, one line each.

    run, metrics: contents of the two files. max_bad_fraction: largest accepted share of rows that are not ok. min_top1: smallest accepted
    lower end of the 95 % interval of top-1, so that a small labeled set does not pass by luck.
    """
    found = []
    if run["outcome"] not in ("done", "gate-exceeded"):
        found.append(f"the last run of label ended as '{run['outcome']}': {run.get('error')}")
    counts = run["counts"]
    rows = sum(counts.values())
    bad = rows - counts.get("ok", 0)
    if rows == 0:
        found.append("the predictions are empty")
    elif bad > max_bad_fraction * rows:
        found.append(f"{bad} of {rows} images are not ok ({100 * bad / rows:.2f} %), more than {100 * max_bad_fraction:g} %")
    if run["model"]["id"] != metrics["model"]:
        found.append(f"the predictions are from {run['model']['id']}, the evaluation is of {metrics['model']}")
    if metrics["top1_low"] < min_top1:
        found.append(
            f"top-1 is {100 * metrics['top1']:.2f} % on {metrics['n']} images, 95 % interval from {100 * metrics['top1_low']:.2f} %,"
            f" below {100 * min_top1:g} %"
        )
    return found


def main():
    parser = argparse.ArgumentParser(description="Exits with 3 if the predictions are not good enough to select from.")
    parser.add_argument("--run", required=True, help="_cardinal/run.json of the predictions")
    parser.add_argument("--metrics", required=True, help="metrics.json of evaluate, for the same model on labeled images")
    parser.add_argument("--max-bad-fraction", type=float, default=1.0)
    parser.add_argument("--min-top1", type=float, default=0.0)
    options = parser.parse_args()
    try:
        with open(options.run, encoding="utf-8") as run, open(options.metrics, encoding="utf-8") as metrics:
            found = problems(json.load(run), json.load(metrics), options.max_bad_fraction, options.min_top1)
    except (OSError, ValueError, KeyError) as error:
        print(f"cardinal_gate: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for problem in found:
        print(f"cardinal_gate: {problem}", file=sys.stderr)
    return 3 if found else 0


if __name__ == "__main__":
    sys.exit(main())
