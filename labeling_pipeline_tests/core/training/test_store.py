"""A saved model comes back bit for bit, equal models give equal bytes, and a changed file is noticed."""

from __future__ import annotations

import numpy as np
import pytest

from labeling_pipeline.core.errors import InputError, InvariantError
from labeling_pipeline.core.training import load, model_digest, save, train
from labeling_pipeline_tests.core.training.texts import CLASSES, one_hot, planted


@pytest.fixture(scope="module")
def model():
    texts, label = planted(150, seed=1)
    return train(texts, one_hot(label), classes=CLASSES, seed=5)


def test_round_trip(model, tmp_path):
    digest = save(model, tmp_path / "m1")
    again = load(tmp_path / "m1")
    texts, _ = planted(40, seed=9)
    assert (again.predict(texts) == model.predict(texts)).all()
    assert digest == model_digest(model) == model_digest(again)
    assert again.settings == model.settings
    assert (again.classes, again.seed, again.n_train, again.notes) == (model.classes, 5, 150, model.notes)


def test_equal_models_give_equal_bytes(model, tmp_path):
    save(model, tmp_path / "a")
    save(load(tmp_path / "a"), tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_nothing_hidden_is_left_and_saving_again_replaces(model, tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "half.npy").write_bytes(b"x")
    (tmp_path / ".m.999999999.part").mkdir()
    save(model, tmp_path / "m")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    assert not (tmp_path / "m" / "half.npy").exists()


def test_a_constant_model_survives_the_round_trip(tmp_path):
    constant = train(["one"], np.array([[0.0, 1.0]]), classes=("a", "b"))
    save(constant, tmp_path / "m")
    assert (load(tmp_path / "m").predict(["x"]) == constant.predict(["x"])).all()


@pytest.mark.parametrize("name", ["model.json", "vocabulary.json", "coefficients.npy", "idf.npy", "intercepts.npy"])
def test_a_changed_file_is_noticed(model, tmp_path, name):
    save(model, tmp_path / "m")
    path = tmp_path / "m" / name
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InvariantError, match="changed after training"):
        load(tmp_path / "m")


def test_a_missing_file_is_named(model, tmp_path):
    save(model, tmp_path / "m")
    (tmp_path / "m" / "idf.npy").unlink()
    with pytest.raises(InputError, match=r"no idf\.npy"):
        load(tmp_path / "m")
