package org.hetal.owner.contribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import org.hetal.config.Settings;
import org.hetal.dataset.PlanSettings;
import org.hetal.owner.data.Preparation;
import org.hetal.owner.data.Splits;
import org.hetal.owner.table.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommonFitTest {

  private static Preparation fit(Splits splits, Settings.Data data) {
    return CommonFit.fit(
        Totals.of(splits).training(), OwnersRows.NAMES, PlanSettings.preprocessing(data));
  }

  /** Relative to the number or, for a mean near zero, to the spread of the column. */
  private static void assertNear(double[] expected, double[] actual, double[] spreads) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      double unit = Math.max(Math.abs(expected[i]), spreads[i]);
      assertEquals(expected[i], actual[i], 1e-12 * unit, "column " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "refuse, false, false, 0",
    "refuse, true, false, 0",
    "refuse, false, true, 0",
    "zero, true, true, 0.2",
    "zero, false, false, 0.2",
    "mean, true, true, 0.2",
    "mean, true, false, 0.2"
  })
  void equalsTheFitOfTheRowsOfAllOwners(
      String missing, String centering, String standardize, double missingShare) {
    Settings.Data data =
        OwnersRows.data("missing", missing, "centering", centering, "standardize", standardize);
    Splits union = OwnersRows.union(OwnersRows.three(missingShare));
    Preparation expected = Preparation.fit(union, data);
    Preparation actual = fit(union, data);
    assertArrayEquals(expected.kept(), actual.kept());
    assertEquals(expected.names(), actual.names());
    Preparation spread =
        Preparation.fit(union, OwnersRows.data("missing", missing, "standardize", "true"));
    assertNear(expected.means(), actual.means(), spread.deviations());
    assertNear(expected.deviations(), actual.deviations(), new double[actual.kept().length]);
    double[] spreads = new double[expected.fills().length];
    for (int i = 0; i < expected.kept().length && spreads.length > 0; i++) {
      spreads[expected.kept()[i]] = spread.deviations()[i];
    }
    assertNear(expected.fills(), actual.fills(), spreads);
    assertEquals(expected.bias(), actual.bias());
    assertEquals(expected.rowNormBound(), actual.rowNormBound());
  }

  @Test
  void meansAndDeviations_areRoundedOnce() {
    Settings.Data data = OwnersRows.data("standardize", "true");
    Splits union = OwnersRows.union(OwnersRows.three(0));
    Preparation fitted = fit(union, data);
    MathContext digits = new MathContext(80);
    for (int i = 0; i < fitted.kept().length; i++) {
      int column = fitted.kept()[i];
      BigDecimal rows = new BigDecimal(union.train().rows());
      BigDecimal sum = BigDecimal.ZERO;
      for (double[] row : union.train().features()) {
        sum = sum.add(new BigDecimal(row[column]));
      }
      BigDecimal mean = sum.divide(rows, digits);
      BigDecimal squares = BigDecimal.ZERO;
      for (double[] row : union.train().features()) {
        squares = squares.add(new BigDecimal(row[column]).subtract(mean).pow(2, digits), digits);
      }
      assertEquals(mean.doubleValue(), fitted.means()[i]);
      assertEquals(squares.divide(rows, digits).sqrt(digits).doubleValue(), fitted.deviations()[i]);
    }
  }

  @Test
  void factor_makesTheRootMeanSquareNormAQuarterOfTheBound() {
    for (String centering : List.of("false", "true")) {
      for (String standardize : List.of("false", "true")) {
        Settings.Data data =
            OwnersRows.data(
                "centering", centering, "standardize", standardize, "row-norm-bound", "8");
        Splits union = OwnersRows.union(OwnersRows.three(0));
        Preparation fitted = fit(union, data);
        double squares = 0;
        for (double[] row : fitted.apply(union.train())) {
          for (int i = 0; i + 1 < row.length; i++) {
            squares += row[i] * row[i];
          }
        }
        assertEquals(2, Math.sqrt(squares / union.train().rows()), 1e-12);
      }
    }
    Splits one = OwnersRows.three(0).get(0);
    assertEquals(1, fit(one, OwnersRows.data("scaling", "none")).factor());
  }

  @Test
  void columnThatVariesByRoundingOnly_isDropped() {
    double[][] rows = OwnersRows.rows(1, 50, 0);
    for (int row = 0; row < rows.length; row++) {
      rows[row][2] = 0.1 + (row % 3 == 0 ? 1e-17 : row % 3 == 1 ? 2e-17 : 0);
    }
    Preparation fitted = fit(OwnersRows.splits(rows, rows), OwnersRows.data());
    assertArrayEquals(new int[] {0, 1, 3, 4, 5, 6}, fitted.kept());
  }

  @Test
  void impossibleFits_areNamed() {
    double[][] same = {{1, 2, 3, 4, 5, 6, 7}, {1, 2, 3, 4, 5, 6, 7}};
    refused("expected a column that is not constant", same, "refuse");
    double[][] rows = OwnersRows.rows(1, 10, 0);
    for (double[] row : rows) {
      row[4] = Double.NaN;
    }
    refused("column 4 (indicator): expected a value in some of the 10 rows", rows, "mean");
    refused("column 4 (indicator): expected a value in each of the 10 rows", rows, "refuse");
  }

  private static void refused(String message, double[][] rows, String missing) {
    String actual =
        assertThrows(
                DataException.class,
                () -> fit(OwnersRows.splits(rows, rows), OwnersRows.data("missing", missing)))
            .getMessage();
    assertTrue(actual.contains(message), actual);
  }
}
