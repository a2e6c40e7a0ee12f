"""Writes the reference files of this folder with NumPy, pandas and scikit-learn: python3 make.py, in this folder."""

import numpy as np
import pandas as pd
from sklearn.datasets import dump_svmlight_file

VALUES = np.array([[0.5, -2.0, 3.0], [1.0, 0.0, -0.25], [7.0, 100.0, 2.0], [-4.0, 8.0, 6.0]])
COUNTS = np.array([[0, 2, 3], [1, 0, 25], [7, 100, 2], [4, 8, 6]])
LABELS = np.array([2, 0, 1, 2])

for order in "<>":
    for size in (2, 4, 8):
        np.save(f"f{size}{'le' if order == '<' else 'be'}.npy", VALUES.astype(f"{order}f{size}"))
        for kind in "iu":
            np.save(f"{kind}{size}{'le' if order == '<' else 'be'}.npy", COUNTS.astype(f"{order}{kind}{size}"))
np.save("i1.npy", COUNTS.astype("i1"))
np.save("u1.npy", COUNTS.astype("u1"))
np.save("b1.npy", COUNTS > 2)
np.save("fortran.npy", np.asfortranarray(VALUES))
np.save("fortran_f2be.npy", np.asfortranarray(VALUES.astype(">f2")))
np.save("u8_large.npy", np.array([2**64 - 1, 2**63, 5], dtype="<u8"))
np.save("half_special.npy", np.array([65504, 6e-8, -0.0, 1 / 3], dtype="<f2"))
for version in ((1, 0), (2, 0), (3, 0)):
    with open(f"version{version[0]}.npy", "wb") as f:
        np.lib.format.write_array(f, VALUES, version=version)

np.save("labels.npy", LABELS)
np.save("labels_bool.npy", LABELS == 2)
np.save("labels_column.npy", LABELS.reshape(-1, 1).astype("f4"))
np.save("labels_one_hot.npy", np.eye(3)[LABELS])
np.save("labels_object.npy", LABELS.astype(object))
np.save("labels_text.npy", np.array(["c", "a", "b", "c"]))
np.save("complex.npy", VALUES.astype("c16"))
np.save("dates.npy", np.array(["2026-01-01", "2026-01-02"], dtype="M8[D]"))
np.save("structured.npy", np.zeros(4, dtype=[("length", "f8"), ("Breite °", "f8")]))
np.save("long_double.npy", VALUES.astype(np.longdouble))
np.savez("two.npz", X=VALUES, y=LABELS)
np.savez_compressed("one.npz", VALUES)

frame = pd.DataFrame(VALUES, columns=["length, cm", "width", "depth"])
frame["kind"] = LABELS
frame.to_csv("pandas.csv", index=False)
frame.to_csv("pandas_index.csv")
frame.sample(frac=1, random_state=1).to_csv("pandas_index_shuffled.csv")
frame.to_csv("pandas_quoted.csv.gz", index=False, quoting=1, compression={"method": "gzip", "mtime": 0})
frame.to_csv("pandas_bom.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
frame.to_csv("pandas_utf16.csv", index=False, encoding="utf-16")
frame.to_csv("pandas_european.csv", index=False, sep=";", decimal=",")
frame.to_csv("pandas_tab.csv", index=False, sep="\t")
pd.DataFrame(VALUES).to_csv("pandas_default_names.csv", index=False)
missing = frame.copy()
missing.iloc[2, 1] = np.nan
missing.to_csv("pandas_missing.csv", index=False)
missing.to_csv("pandas_missing_word.csv", index=False, na_rep="NA")
np.savetxt("savetxt_blank.csv", VALUES)
np.savetxt("savetxt.csv", VALUES, delimiter=",")
np.savetxt("savetxt_comment.csv", VALUES, delimiter=",", header="length,width,depth")

dump_svmlight_file(VALUES, LABELS, "one_based.libsvm", zero_based=False, comment="four rows")
dump_svmlight_file(VALUES, LABELS, "zero_based.libsvm")
