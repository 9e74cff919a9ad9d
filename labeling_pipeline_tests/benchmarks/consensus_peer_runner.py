"""Run inside the peer's environment: a votes file in, a labels file out, seconds and memory as JSON.

Belongs here: calls of crowd-kit's public classes. Does not: anything of this package, which is not installed there.
"""

import argparse
import json
import logging
import re
import time
import warnings

import numpy as np
import pandas as pd


def read(path):
    frame = pd.read_csv(path, dtype=str) if path.endswith(".csv") else pd.read_parquet(path)
    return frame.rename(columns={"annotator": "worker"})[["task", "worker", "label"]]


def log_likelihood(votes, model):
    """Marginal log-likelihood of the votes under crowd-kit's own estimates."""
    tasks, task = np.unique(votes["task"], return_inverse=True)
    errors = np.log(model.errors_.clip(lower=1e-300)).reindex(columns=model.priors_.index)
    keys = pd.MultiIndex.from_frame(votes[["worker", "label"]])
    rows = errors.to_numpy()[errors.index.get_indexer(keys)]
    logits = np.stack([np.bincount(task, rows[:, k], len(tasks)) for k in range(rows.shape[1])], axis=1)
    logits += np.log(model.priors_.to_numpy())
    top = logits.max(axis=1)
    return float((top + np.log(np.exp(logits - top[:, None]).sum(axis=1))).sum())


def peak_mb():
    """Peak memory of this program alone; ``ru_maxrss`` would start from the program that called it."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("votes")
    parser.add_argument("out")
    parser.add_argument("method")
    parser.add_argument("--probabilities", action="store_true")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    from crowdkit import aggregation

    model = getattr(aggregation, options.method)(**({"random_state": 0} if options.method == "MACE" else {}))
    start, cpu = time.perf_counter(), time.process_time()
    votes = read(options.votes)
    if options.probabilities:
        labels = model.fit_predict_proba(votes).rename_axis("task").add_prefix("p_").reset_index()
    else:
        labels = model.fit_predict(votes).rename("label").rename_axis("task").reset_index()
    if options.out.endswith(".csv"):
        labels.to_csv(options.out, index=False)
    else:
        labels.to_parquet(options.out, index=False)
    found = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": peak_mb(),
    }
    if options.method == "DawidSkene":
        found["log_likelihood"] = log_likelihood(votes, model)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
