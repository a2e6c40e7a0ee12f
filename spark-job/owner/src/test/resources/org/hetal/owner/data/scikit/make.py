"""Writes raw rows and what scikit-learn makes of them: python3 make.py, in this folder."""

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

random = np.random.default_rng(1)
rows = random.normal([170, 3e-4, 52_000, 0], [9, 2e-5, 18_000, 1], size=(40, 4))
rows[random.random(rows.shape) < 0.1] = np.nan
frame = pd.DataFrame(rows, columns=["height", "rate", "income", "score"])
frame["kind"] = np.where(np.nan_to_num(rows[:, 3]) > 0, "high", "low")
frame.to_csv("raw.csv", index=False)
for name, imputer in (("mean", SimpleImputer()), ("zero", SimpleImputer(strategy="constant", fill_value=0))):
    scaled = make_pipeline(imputer, StandardScaler()).fit_transform(rows)
    np.savetxt(f"{name}.csv", scaled, delimiter=",", fmt="%.17g")
