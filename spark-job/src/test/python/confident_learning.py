"""Confident learning by its formulas (Northcutt et al. 2021, arXiv 1911.00068), for SuspectsTest.

    python confident_learning.py TABLE CLASSES N

Reads path, truth (a class index) and logits, or else predictions, of a predictions table. Prints a row "joint i j count value" for each pair of
classes that occurs, and "suspect rank path suggested is_issue margin" for the N most suspicious images.
"""
import sys

import numpy as np
import pyarrow.parquet

table = pyarrow.parquet.read_table(sys.argv[1]).to_pandas()
classes, limit = int(sys.argv[2]), int(sys.argv[3])
truth = table["truth"].astype(int).to_numpy()
n = len(truth)
if "logits" in table:
    z = np.stack(table["logits"].to_numpy()).astype(np.float64)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
else:
    p = np.zeros((n, classes))
    for i, predictions in enumerate(table["predictions"]):
        for each in predictions:
            p[i, each["class_index"]] = each["score"]

thresholds = np.full(classes, np.inf)
for j in range(classes):
    if (truth == j).any():
        thresholds[j] = p[truth == j, j].mean()

# The confident joint: among the classes whose probability reaches the threshold, the most probable one.
reaches = p >= thresholds - 1e-6
confident = np.where(reaches.any(axis=1), np.where(reaches, p, -1).argmax(axis=1), -1)
counts = np.zeros((classes, classes), int)
for i, j in zip(truth, confident):
    if j >= 0:
        counts[i, j] += 1

# The joint: rows are scaled to the number of images with this truth, then everything to a sum of 1.
per_truth = np.bincount(truth, minlength=classes)
row_sums = counts.sum(axis=1, keepdims=True)
scaled = np.divide(counts * per_truth[:, None], row_sums, out=np.zeros((classes, classes)), where=row_sums > 0)
joint = scaled / scaled.sum()
for i in range(classes):
    for j in range(classes):
        if counts[i, j]:
            print("joint", i, j, counts[i, j], repr(float(joint[i, j])))

others = p.copy()
others[np.arange(n), truth] = -1
suggested = others.argmax(axis=1)
margin = p[np.arange(n), truth] - others.max(axis=1)
is_issue = (confident >= 0) & (confident != truth)
order = sorted(range(n), key=lambda i: (not is_issue[i], margin[i], table["path"][i]))
for rank, i in enumerate(order[:limit], start=1):
    print("suspect", rank, table["path"][i], suggested[i], "true" if is_issue[i] else "false", repr(float(margin[i])))
