"""Checks for outputs_test.sh: what other programs make of a page or of a decrypted model."""

import csv
import re
import sys

LEAST_PATHS_OF_A_CHART = 10
TOLERANCE = 2e-3  # predictions are computed on ciphertexts, or by the simulator with their noise


def expect(what, expected, actual):
    if expected != actual:
        sys.exit(f"outputs_test.py: {what}: expected {expected}, actual {actual}")


def page(dom_file, charts):
    with open(dom_file, encoding="utf-8") as file:
        dom = file.read()
    figures = re.findall(r'<figure class="chart">.*?</figure>', dom, re.DOTALL)
    expect("charts", int(charts), len(figures))
    expect("charts that the script drew", 1, dom.count(f'data-charts="{charts}"'))
    for figure in figures:
        expect("SVG images of a chart", 1, figure.count("<svg"))
        if figure.count("<path") < LEAST_PATHS_OF_A_CHART:
            sys.exit(f"outputs_test.py: expected a chart that is drawn, actual {figure[:300]}")


def read_rows(rows_file):
    import numpy

    return numpy.loadtxt(rows_file, delimiter=",")


def read_predictions(predictions_file):
    """Classes and probabilities that the cluster predicted."""
    import numpy

    with open(predictions_file, encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))[1:]
    classes = numpy.array([int(line[1]) for line in lines])
    return classes, numpy.array([[float(value) for value in line[2:]] for line in lines])


def compare(classes, probabilities, expected_classes, expected_probabilities):
    """Classes may differ where the two most probable ones are equal but for noise."""
    import numpy

    expect("shape", expected_probabilities.shape, probabilities.shape)
    largest = float(numpy.abs(probabilities - expected_probabilities).max())
    if not largest < TOLERANCE:
        sys.exit(f"outputs_test.py: probabilities: expected a difference below {TOLERANCE}, actual {largest}")
    ordered = numpy.sort(expected_probabilities, axis=1)
    clear = ordered[:, -1] - ordered[:, -2] > 2 * TOLERANCE
    expect("rows with a clear class", True, int(clear.sum()) > 0.9 * len(clear))
    expect("classes that differ", 0, int((classes != expected_classes)[clear].sum()))


def scikit_learn(npz_file, rows_file, predictions_file):
    import numpy
    from sklearn.linear_model import LogisticRegression

    arrays = numpy.load(npz_file)
    model = LogisticRegression()
    model.coef_ = arrays["coef_"]
    model.intercept_ = arrays["intercept_"]
    model.classes_ = numpy.arange(len(arrays["intercept_"]))
    rows = read_rows(rows_file)
    compare(model.predict(rows), model.predict_proba(rows), *read_predictions(predictions_file))
    two_classes(arrays["coefficients"], arrays["intercepts"][0], rows)


def two_classes(coefficients, intercepts, rows):
    """What model.npz has for two classes, the second one less the first, is what scikit-learn takes for them."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression()
    model.coef_ = (coefficients[1] - coefficients[0])[None, :]
    model.intercept_ = (intercepts[1] - intercepts[0])[None]
    model.classes_ = numpy.arange(2)
    logits = rows @ coefficients[:2].T + intercepts[:2]
    powers = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    compare(model.predict(rows), model.predict_proba(rows), expected.argmax(axis=1), expected)


def onnx(onnx_file):
    from onnx import checker, load

    model = load(onnx_file)
    checker.check_model(model, full_check=True)
    expect("inputs", ["features"], [value.name for value in model.graph.input])
    expect("outputs", ["probabilities", "label"], [value.name for value in model.graph.output])
    expect("operator set", [13], [opset.version for opset in model.opset_import])


def spark_ml(folder, rows_file, predictions_file):
    import numpy
    from pyspark.ml.classification import LogisticRegressionModel
    from pyspark.ml.linalg import Vectors
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.authenticate", "true")
    builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    model = LogisticRegressionModel.load(folder)
    frame = spark.createDataFrame([(Vectors.dense(row),) for row in read_rows(rows_file)], ["features"])
    predicted = model.transform(frame).select("prediction", "probability").collect()
    spark.stop()
    compare(
        numpy.array([int(row.prediction) for row in predicted]),
        numpy.array([row.probability.toArray() for row in predicted]),
        *read_predictions(predictions_file),
    )


CHECKS = {"page": page, "scikit-learn": scikit_learn, "onnx": onnx, "spark-ml": spark_ml}

if __name__ == "__main__":
    CHECKS[sys.argv[1]](*sys.argv[2:])
