"""The committed coefficients.txt is what this program prints, follows the formulas and is nearly optimal."""
import dataclasses
import unittest

import numpy as np

from softmax_coefficients import check, fit, rows, steps, table

COMMITTED = table.read(table.committed_file())


def violated(findings):
    return [str(finding) for finding in findings if finding.violated]


class Printing(unittest.TestCase):
    def test_the_committed_file_is_the_printed_table_byte_for_byte(self):
        self.assertEqual(table.committed_file().read_text(encoding="utf-8"), table.text(COMMITTED))


class Committed(unittest.TestCase):
    def test_the_exponential_is_the_optimum(self):
        self.assertEqual([], violated(check.exponential(COMMITTED)))

    def test_the_entries_of_all_classes_meet_their_objectives(self):
        self.assertEqual(list(range(2, 17)), sorted(COMMITTED.entries))
        for classes, entry in COMMITTED.entries.items():
            with self.subTest(classes=classes):
                self.assertEqual([], violated(check.entry(classes, entry)))

    def test_the_forms_of_the_steps_are_those_of_the_fit(self):
        for classes, entry in COMMITTED.entries.items():
            forms = "".join("S" if step.q is None else "L" for step in entry.steps)
            self.assertEqual(fit.FORMS.get(classes, fit.LONG), forms)


class Wrong(unittest.TestCase):
    """A number that is a little off is found."""

    def test_of_the_exponential(self):
        for index in range(9):
            wrong = COMMITTED.exponential.copy()
            wrong[index] += 1e-6
            changed = dataclasses.replace(COMMITTED, exponential=wrong)
            self.assertNotEqual([], violated(check.exponential(changed)), index)

    def test_of_a_start(self):
        entry = COMMITTED.entries[5]
        for changed in (dict(a=entry.a * 1.00001), dict(b=entry.b * 1.00001)):
            self.assertNotEqual([], violated(check.entry(5, dataclasses.replace(entry, **changed))))

    def test_of_a_step(self):
        entry = COMMITTED.entries[5]
        step = entry.steps[2]
        wrong = [dataclasses.replace(step, q=(step.q[0] * 1.05, step.q[1]))]
        wrong += [dataclasses.replace(step, b=scaled(step.b, i, 1.02)) for i in range(5)]
        wrong += [dataclasses.replace(step, before=scaled(step.before, 0, 1.001))]
        wrong += [dataclasses.replace(step, after=scaled(step.after, 1, 0.9))]
        for changed in wrong:
            chain = entry.steps[:2] + (changed,) + entry.steps[3:]
            self.assertNotEqual([], violated(check.entry(5, dataclasses.replace(entry, steps=chain))), changed)


def scaled(values, index, factor):
    return tuple(value * factor if i == index else value for i, value in enumerate(values))


class Fit(unittest.TestCase):
    def test_a_fresh_fit_is_as_good_as_the_committed_numbers(self):
        fresh, committed = fit.entry(3), COMMITTED.entries[3]
        self.assertEqual([], violated(check.entry(3, fresh)))
        for ours, theirs in zip(fresh.steps, committed.steps):
            width, committed_width = (step.after[1] / step.after[0] for step in (ours, theirs))
            self.assertLess(width, 1.01 * committed_width)

    def test_minimax_finds_a_known_optimum(self):
        # The best line a + b x for sqrt(x) on [0, 1] has the error 1/8: 1/8 + x.
        x = np.linspace(0, 1, 401)
        b, bound = fit.minimax(np.stack([np.ones_like(x), x], axis=1), np.sqrt(x))
        np.testing.assert_allclose(b, [1 / 8, 1], atol=1e-4)
        self.assertAlmostEqual(1 / 8, bound, places=5)


class Rows(unittest.TestCase):
    def test_sampled_logits_are_centered_and_within_the_range(self):
        for classes, exponent in ((2, 1), (5, 4), (16, 32)):
            u = rows.logits(classes, exponent, 10, 5)
            self.assertTrue((u.counts.sum(1) == classes).all())
            np.testing.assert_allclose((u.counts * u.values).sum(1), 0, atol=1e-12)
            largest = np.abs(np.where(u.counts > 0, u.values, 0)).max()
            self.assertAlmostEqual(rows.LARGEST_U, largest, places=12)

    def test_random_rows_stay_within_what_the_sampled_rows_reach(self):
        random = np.random.default_rng(1)
        for classes in (3, 7):
            entry = COMMITTED.entries[classes]
            intervals = steps.intervals_of_rows(classes, entry.a, entry.b, entry.steps, *rows.sampling(classes))
            u = random.normal(size=(20000, classes)) * random.uniform(0, 2, (20000, 1))
            u -= u.mean(1, keepdims=True)
            u *= np.minimum(1, rows.LARGEST_U / np.abs(u).max(1))[:, None]
            y = steps.started(entry.a, entry.b, rows.Rows(u, np.ones_like(u)))
            for index, (low, high) in enumerate(intervals):
                s2 = y.power_sums()[1]
                self.assertGreater(s2.min(), low / 1.002)
                self.assertLess(s2.max(), high * 1.002)
                if index < len(entry.steps):
                    y = steps.applied(entry.steps[index], y)


if __name__ == "__main__":
    unittest.main()
