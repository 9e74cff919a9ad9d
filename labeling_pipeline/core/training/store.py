"""A model as a folder of plain files, and back; nothing in it is code.

Belongs here: model.json, vocabulary.json, coefficients.npy, idf.npy and their digest. Does not: choosing the folder.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling_pipeline.core.errors import InputError, InvariantError
from labeling_pipeline.core.folders import write_folder
from labeling_pipeline.core.training.features import Features
from labeling_pipeline.core.training.model import Model, TrainingSettings

FORMAT = 1


def save(model: Model, folder: Path | str) -> str:
    """Write the model into ``folder``, whole or not at all; returns its digest. Equal models give equal bytes."""
    files = _files(model)
    digest = _digest(files)
    manifest = {"sha256": digest, "files": {name: _sha256(data) for name, data in files.items()}}
    write_folder(Path(folder), {**files, "model.sha256.json": _json(manifest)})
    return digest


def load(folder: Path | str) -> Model:
    """Read a model written by `save`; raises InvariantError if a file was changed, InputError if one is missing."""
    folder = Path(folder)
    names = ["model.json", "vocabulary.json", "coefficients.npy", "idf.npy", "intercepts.npy", "model.sha256.json"]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder}: no {missing[0]}", expected="a folder written by training.save")
    files = {name: (folder / name).read_bytes() for name in names[:-1]}
    if json.loads((folder / names[-1]).read_bytes())["sha256"] != _digest(files):
        raise InvariantError(
            f"{folder}: a model file was changed after training", remedy="retrain, or restore the file"
        )
    facts, vocabularies = json.loads(files["model.json"]), json.loads(files["vocabulary.json"])
    if facts["format"] != FORMAT:
        raise InputError(f"{folder}: model format {facts['format']}", expected=str(FORMAT), remedy="retrain")
    arrays = {name: np.load(io.BytesIO(files[f"{name}.npy"])) for name in ("coefficients", "idf", "intercepts")}
    pairs = {"word_ngrams", "char_ngrams"}
    settings: dict[str, Any] = {
        key: tuple(value) if key in pairs else value for key, value in facts["settings"].items()
    }
    ranges = {kind: (low, high) for kind, (low, high) in facts["ranges"].items()}
    features = None if facts["is_constant"] else Features(vocabularies, arrays["idf"], ranges)
    return Model(
        classes=tuple(facts["classes"]),
        coefficients=arrays["coefficients"],
        intercepts=arrays["intercepts"],
        temperature=facts["temperature"],
        features=features,
        settings=TrainingSettings(**settings),
        seed=facts["seed"],
        n_train=facts["n_train"],
        notes=tuple(facts["notes"]),
    )


def model_digest(model: Model) -> str:
    """sha256 of everything the model holds: its identity."""
    return _digest(_files(model))


def _files(model: Model) -> dict[str, bytes]:
    features = model.features
    facts = {
        "format": FORMAT,
        "kind": "tfidf + multinomial logistic regression on soft labels",
        "classes": model.classes,
        "is_constant": model.is_constant,
        "notes": model.notes,
        "n_train": model.n_train,
        "seed": model.seed,
        "settings": asdict(model.settings),
        "temperature": model.temperature,
        "ranges": features.ranges if features else {},
    }
    return {
        "model.json": _json(facts),
        "vocabulary.json": _json(features.vocabularies if features else {}),
        "coefficients.npy": _npy(model.coefficients),
        "idf.npy": _npy(features.idf if features else np.zeros(0, dtype=np.float32)),
        "intercepts.npy": _npy(model.intercepts),
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=True, indent=1, sort_keys=True) + "\n").encode()


def _npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest(files: dict[str, bytes]) -> str:
    return _sha256("".join(f"{name} {_sha256(files[name])}\n" for name in sorted(files)).encode())
