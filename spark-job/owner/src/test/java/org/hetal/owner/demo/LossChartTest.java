package org.hetal.owner.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LossChartTest {
  private static final List<Double> FALLING = List.of(2.0, 1.0, 0.5);

  private static BufferedImage chart(List<Double> encrypted, List<Double> plain, int stop)
      throws Exception {
    return ImageIO.read(new ByteArrayInputStream(LossChart.png(encrypted, plain, stop)));
  }

  /** Rows of the left or right half of the curves that have a pixel of the color, ascending. */
  private static int[] rows(BufferedImage image, Color color, boolean right) {
    int from = right ? image.getWidth() / 2 : 0;
    return IntStream.range(0, image.getHeight() * 17 / 20) // above the legend
        .filter(
            y ->
                IntStream.range(from, from + image.getWidth() / 2)
                    .anyMatch(x -> image.getRGB(x, y) == color.getRGB()))
        .toArray();
  }

  private static double mean(int[] rows) {
    return IntStream.of(rows).average().orElse(0);
  }

  @Test
  void curve_fallsWhereTheLossFalls() throws Exception {
    BufferedImage image = chart(FALLING, List.of(0.5, 1.0, 2.0), 0);
    assertEquals(900, image.getWidth());
    assertEquals(540, image.getHeight());
    assertTrue(
        mean(rows(image, LossChart.ENCRYPTED, false))
            < mean(rows(image, LossChart.ENCRYPTED, true)),
        "rows are counted from the top");
    assertTrue(
        mean(rows(image, LossChart.PLAIN, false)) > mean(rows(image, LossChart.PLAIN, true)));
  }

  @Test
  void equalCurves_areBothVisible() throws Exception {
    BufferedImage image = chart(FALLING, FALLING, 0);
    assertTrue(rows(image, LossChart.ENCRYPTED, true).length > 50);
    assertTrue(rows(image, LossChart.PLAIN, true).length > 50);
  }

  @Test
  void stop_isAVerticalLine() throws Exception {
    assertTrue(rows(chart(FALLING, FALLING, 3), LossChart.STOP, true).length > 300);
    assertEquals(0, rows(chart(List.of(1.0), List.of(), 0), LossChart.PLAIN, true).length);
  }

  @Test
  void lossThatIsNotFinite_isLeftOut() throws Exception {
    BufferedImage image = chart(List.of(2.0, 1.0, Double.NaN), FALLING, 0);
    assertTrue(rows(image, LossChart.ENCRYPTED, false).length > 50);
    assertTrue(
        rows(image, LossChart.ENCRYPTED, true).length
            < rows(chart(FALLING, FALLING, 0), LossChart.ENCRYPTED, true).length);
  }
}
