import numpy as np
import pytest
from conftest import Rows
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hetal import DataError, HetalClassifier

pytestmark = pytest.mark.usefixtures("spark")


def classifier(parameters: str = "insecure_simulator_n8_l12", epochs: int = 3) -> HetalClassifier:
    return HetalClassifier(
        parameters,
        epochs=epochs,
        batch_rows=60,
        learning_rate=4,
        logit_range=32,
        settings={"data.bias": "0.5"},
    )


@pytest.mark.parametrize("parameters", ["insecure_simulator_n8_l12", "insecure_n10_l12"])
def test_fit_learns_and_equals_the_training_in_the_clear(rows: Rows, parameters: str) -> None:
    X, y = rows
    model = classifier(parameters).fit(X[:180], y[:180])
    assert model.score(X[180:], y[180:]) > 0.9
    assert model.coef_.shape == (3, 4) and model.intercept_.shape == (3,)
    assert [each.epoch for each in model.epochs_] == [1, 2, 3]
    assert model.epochs_[2].loss < model.epochs_[0].loss
    for encrypted, plain in zip(model.epochs_, model.plain_epochs_, strict=True):
        assert encrypted.loss == pytest.approx(plain.loss, abs=0.05)
    assert 0 < model.largest_weight_difference_ < 0.05
    assert 0 < model.softmax_error_ < 0.05
    assert model.bootstraps_per_iteration_ > 0
    probabilities = model.predict_proba(X)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert np.array_equal(np.argmax(probabilities, axis=1), model.predict(X))
    assert np.array_equal(np.argmax(model.decision_function(X), axis=1), model.predict(X))


def test_labels_may_be_words(rows: Rows) -> None:
    X, y = rows
    two = y < 2
    words = np.array(["no", "yes"])[y[two]]
    model = classifier().fit(X[two], words)
    assert list(model.classes_) == ["no", "yes"]
    assert float(np.mean(model.predict(X[two]) == words)) > 0.9
    assert np.array_equal(model.decision_function(X[two]) > 0, model.predict(X[two]) == "yes")


def test_works_with_the_tools_of_scikit_learn(rows: Rows) -> None:
    X, y = rows
    model = classifier(epochs=2)
    assert clone(model).get_params()["epochs"] == 2
    assert model.set_params(epochs=3).epochs == 3
    assert min(cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=2)) > 0.8


def test_bad_rows_and_parameters_are_refused_with_a_message_of_one_line(rows: Rows) -> None:
    X, y = rows
    with pytest.raises(ValueError, match="NaN"):
        classifier().fit(np.where(X > 1, np.nan, X), y)
    with pytest.raises(DataError, match=r"training\.logit-range: expected .*, actual 31") as e:
        classifier().set_params(logit_range=31).fit(X, y)
    assert e.value.java_class == "org.hetal.config.SettingsException" and "\n" not in str(e.value)
    with pytest.raises(DataError, match="parameters"):
        classifier().set_params(parameters="n99").fit(X, y)
    with pytest.raises(DataError, match=r"data\.train\.features: expected none"):
        classifier().set_params(settings={"data.train.features": "rows.csv"}).fit(X, y)
    with pytest.raises(ValueError, match="3 features"):
        classifier().fit(X, y).predict(X[:, :3])
