package org.hetal.owner.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LossChartTest {
  /** Of the curve that is drawn for the encrypted training. */
  private static final int BLUE = 0xff1f5fa8;

  private static BufferedImage chart(List<Double> encrypted, List<Double> plain, int stop)
      throws Exception {
    byte[] png = LossChart.png(encrypted, plain, stop);
    assertArrayEquals(png, LossChart.png(encrypted, plain, stop), "the same each time");
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  /** The mean height of a color in a band of columns below the legend; NaN when it is not there. */
  private static double height(BufferedImage image, int color, int from, int to) {
    long sum = 0;
    long count = 0;
    for (int x = from; x < to; x++) {
      for (int y = 45; y < image.getHeight(); y++) {
        if (image.getRGB(x, y) == color) {
          sum += y;
          count++;
        }
      }
    }
    return (double) sum / count;
  }

  @Test
  void curve_fallsWithTheLossesAndRisesWithThem() throws Exception {
    BufferedImage falling = chart(List.of(2.0, 1.0, 0.5), List.of(), 0);
    assertEquals(900, falling.getWidth());
    assertEquals(540, falling.getHeight());
    double start = height(falling, BLUE, 60, 120);
    double end = height(falling, BLUE, 820, 890);
    assertTrue(end > start + 150, "a smaller loss is drawn lower: " + start + ", " + end);
    BufferedImage rising = chart(List.of(0.5, 1.0, 2.0), List.of(), 0);
    assertTrue(height(rising, BLUE, 820, 890) < height(rising, BLUE, 60, 120) - 150);
  }

  @Test
  void lossThatIsNotANumber_isLeftOut() throws Exception {
    BufferedImage image = chart(List.of(0.5, 1.0, Double.NaN), List.of(0.5, 1.0, 2.0), 0);
    assertTrue(Double.isNaN(height(image, BLUE, 820, 890)), "the last epoch has no point");
    assertTrue(height(image, BLUE, 60, 120) > 0);
  }

  @Test
  void stop_isALineAtItsEpoch() throws Exception {
    int gray = 0xff808080;
    assertTrue(Double.isNaN(height(chart(List.of(2.0, 1.0, 0.5), List.of(), 0), gray, 470, 480)));
    BufferedImage stopped = chart(List.of(2.0, 1.0, 0.5), List.of(), 2);
    double middle = height(stopped, gray, 470, 480);
    assertTrue(middle > 200 && middle < 320, "from top to bottom: " + middle);
  }

  @Test
  void oneEpoch_isDrawn() throws Exception {
    assertTrue(height(chart(List.of(1.0), List.of(), 0), BLUE, 400, 550) > 0);
  }
}
