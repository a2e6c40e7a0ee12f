"""Whether a decaying learning rate or a restart of the momentum saves epochs: trainings in the clear on the paper's data sets.

Per variant: over the learning rates, the fewest epochs until the accuracy of the validation rows is within 0.2 % of the best
that any variant reaches, with all logits within half of the range of 32; the test accuracy there.

    python3 schedule_trial.py FOLDER FILE.json    FOLDER as of `hetal bench paper --data`; needs numpy; 10 minutes
"""
import json
import sys

import numpy as np

SETS = {"mnist": ("mnist-effnetlite0", 1024), "cifar10": ("cifar10-effnetlite0", 2048), "facemask": ("facemask-effnetlite0", 512),
        "pneumonia": ("pneumoniamnist-effnetlite0", 1024), "snips": ("snips-minilm", 1024)}
RATES = [1, 2, 4, 8, 16, 32, 64, 128]
EPOCHS = 40
VARIANTS = ([("constant", None)] + [("decay", d) for d in (0.95, 0.9, 0.8)] + [("inverse", None)]
            + [("restart", k) for k in (1, 2, 3, 4, 6, 10)])


def load(folder):
    out = {}
    for split in ("train", "validation", "test"):
        out[split] = (np.load(f"{folder}/{split}_features.npy").astype(np.float64), np.load(f"{folder}/{split}_labels.npy"))
    longest = max(np.linalg.norm(out[s][0], axis=1).max() for s in ("train", "validation"))
    return {s: (np.hstack([x / longest, np.ones((len(x), 1))]).astype(np.float32), y) for s, (x, y) in out.items()}


def train(data, batch, rate, variant):
    kind, value = variant
    x, y = data["train"]
    classes = int(max(d[1].max() for d in data.values())) + 1
    onehot = np.eye(classes, dtype=np.float32)[y]
    w = np.zeros((classes, x.shape[1]), np.float32)
    v = w.copy()
    lam = 1.0
    history = []
    top = 0.0
    for epoch in range(EPOCHS):
        if kind == "restart" and epoch and epoch % value == 0:
            lam = 1.0
            v = w.copy()
        step = rate * (value ** epoch if kind == "decay" else 1 / (1 + epoch / 4) if kind == "inverse" else 1)
        for first in range(0, len(x), batch):
            b = x[first:first + batch]
            logits = b @ v.T
            top = max(top, float(np.abs(logits).max()))
            e = np.exp(logits - logits.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            nxt = v - step / len(b) * ((p - onehot[first:first + batch]).T @ b)
            after = (1 + np.sqrt(1 + 4 * lam * lam)) / 2
            share = (1 - lam) / after
            v = (1 - share) * nxt + share * w
            w, lam = nxt, after
        if top > 16:
            break
        history.append(tuple(float(((data[s][0] @ w.T).argmax(axis=1) == data[s][1]).mean()) for s in ("validation", "test")))
    return history


def main(folder):
    result = []
    for name, (where, batch) in SETS.items():
        data = load(f"{folder}/{where}")
        runs = {(v, r): train(data, batch, r, v) for v in VARIANTS for r in RATES}
        best = max(h[0] for run in runs.values() for h in run)
        print(name, "best validation accuracy", round(best, 4))
        for variant in VARIANTS:
            found = []
            for rate in RATES:
                run = runs[variant, rate]
                hit = next((i for i, h in enumerate(run) if h[0] >= best - 0.002), None)
                if hit is not None:
                    found.append((hit + 1, rate, run[hit]))
            top = max((h[0] for r in RATES for h in runs[variant, r]), default=0)
            result.append({"set": name, "variant": variant[0], "value": variant[1], "best_validation": top,
                           "epochs": min(found)[0] if found else None, "rate": min(found)[1] if found else None,
                           "validation": min(found)[2][0] if found else None, "test": min(found)[2][1] if found else None})
            print("  ", variant, {k: result[-1][k] for k in ("best_validation", "epochs", "rate", "test")})
    return result


if __name__ == "__main__":
    json.dump(main(sys.argv[1]), open(sys.argv[2], "w"), indent=1)
