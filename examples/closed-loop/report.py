"""Prints results.jsonl of closed_loop.py as tables. usage: python3 report.py results.jsonl"""
import json
import statistics
import sys

# Student's t for a two-sided 95 % interval, by degrees of freedom.
T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}


def interval(values):
    mean = statistics.mean(values)
    if len(values) < 2:
        return mean, float("nan")
    return mean, T[len(values) - 1] * statistics.stdev(values) / len(values) ** 0.5


def percent(values):
    mean, half = interval([100 * value for value in values])
    return f"{mean:.2f} ± {half:.2f}"


rows = [json.loads(line) for line in open(sys.argv[1])]
arms = list(dict.fromkeys(row["arm"] for row in rows))
teacher = {row["seed"]: row["accuracy"] for row in rows if row["arm"] == "teacher"}
print("| arm | seeds | samples | right pseudo-labels, % | top-1, % | minus the teacher, points |")
print("| --- | ---: | ---: | ---: | ---: | ---: |")
for arm in arms:
    own = [row for row in rows if row["arm"] == arm]
    samples = f"{round(statistics.mean(row['samples'] for row in own)):,}" if "samples" in own[0] else ""
    precision = f"{100 * statistics.mean(row['precision'] for row in own):.2f}" if "precision" in own[0] else ""
    difference = "" if arm == "teacher" else percent([row["accuracy"] - teacher[row["seed"]] for row in own])
    print(f"| {arm} | {len(own)} | {samples} | {precision} | {percent([row['accuracy'] for row in own])} | {difference} |")
