"""Writes readouts.json: ridge read-outs as numpy computes them, the plain way.

    python make_readouts.py

Standardised features Z (mean and population deviation of the training stimuli), one-hot targets less
their mean, W = (Z^T Z + lambda I)^-1 Z^T Y; the error of leaving one out by fitting n times anew, the
mean of the others' Z and Y removed each time. Also tail probabilities of binomial distributions, in
exact fractions.
"""
import json
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np


def ridge(z, y, lam):
    return np.linalg.solve(z.T @ z + lam * np.eye(z.shape[1]), z.T @ y)


def case(seed, n, d, classes):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    x = rng.normal(size=(n, d)) * rng.uniform(0.1, 4, d) + rng.normal(size=d)
    x += 0.8 * rng.normal(size=(classes, d))[labels]
    x[:, 1] = 2.5  # a feature that never changes
    x = x.astype(np.float32).astype(np.float64)
    tests = (rng.normal(size=(3, d)) * 2).astype(np.float32).astype(np.float64)
    mean, deviation = x.mean(0), x.std(0)
    deviation[1] = np.inf
    z = (x - mean) / deviation
    y = np.eye(classes)[labels]
    mean_eigenvalue = (z ** 2).sum() / n
    errors = []
    for k in range(15):
        lam = mean_eigenvalue * 10.0 ** (-4 + k / 2)
        total = 0.0
        for i in range(n):
            rest = np.delete(np.arange(n), i)
            zm, ym = z[rest].mean(0), y[rest].mean(0)
            w = ridge(z[rest] - zm, y[rest] - ym, lam)
            total += ((y[i] - (z[i] - zm) @ w - ym) ** 2).sum()
        errors.append(total / (n * classes))
    best = int(np.argmin(errors))
    lam = mean_eigenvalue * 10.0 ** (-4 + best / 2)
    scores = (tests - mean) / deviation @ ridge(z, y - y.mean(0), lam) + y.mean(0)
    return {"labels": labels.tolist(), "classes": classes, "features": x.tolist(), "tests": tests.tolist(),
            "lambda": lam, "error": errors[best], "scores": scores.tolist()}


def tail(correct, total, chance):
    p = Fraction(1, chance)
    return float(sum(comb(total, k) * p ** k * (1 - p) ** (total - k) for k in range(correct, total + 1)))


out = {
    "ridge": [case(1, 40, 12, 4), case(2, 24, 60, 3)],
    "tails": [{"correct": c, "total": n, "categories": m, "probability": tail(c, n, m)}
              for c, n, m in [(0, 128, 16), (8, 128, 16), (14, 128, 16), (15, 128, 16), (128, 128, 16),
                              (3, 16, 16), (4, 16, 16), (5, 16, 16), (60, 100, 2), (150, 2000, 16)]],
}
Path(__file__).with_name("readouts.json").write_text(json.dumps(out) + "\n")
