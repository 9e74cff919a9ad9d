"""An export read by the libraries it is meant for, Hugging Face `datasets` and `mlcroissant`, in their own venv."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labeling_pipeline.core.export import build_export
from labeling_pipeline_tests.core.export.frames import labels, meta, votes

PEERS = Path(__file__).resolve().parents[2] / ".peers" / "formats"
READ = """
import json, sys, datasets, mlcroissant
folder, cache = sys.argv[1:]
found = {}
for name in ("labels", "votes"):
    split = datasets.load_dataset(folder, name, cache_dir=cache)["train"]
    found[name] = [len(split), split.column_names]
described = mlcroissant.Dataset(jsonld=folder + "/croissant.json")
found["errors"] = list(described.metadata.issues.errors)
found["records"] = sum(1 for _ in described.records("labels"))
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def python() -> Path:
    path = PEERS / "bin" / "python"
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(path), "-m", "pip", "install", "-q", "datasets", "mlcroissant"], check=True)
    return path


@pytest.mark.benchmark
def test_datasets_and_mlcroissant_read_it(python, tmp_path):
    facts = {"license": "https://creativecommons.org/publicdomain/zero/1.0/", "languages": ["en"]}
    result = build_export(tmp_path / "1.0.0", labels(), votes(), meta=meta(**facts))
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}
    command = [str(python), "-c", READ, str(result.path), str(tmp_path / "cache")]
    done = subprocess.run(command, env=offline, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["labels"][0] == 30 == found["records"]
    assert found["labels"][1][:3] == ["comment_id", "text", "label"]
    assert found["votes"][0] == 84
    assert found["errors"] == []
