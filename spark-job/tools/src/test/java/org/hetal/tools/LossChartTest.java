package org.hetal.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LossChartTest {
  private static int[] pixels(List<Double> encrypted, List<Double> plain, int stop)
      throws Exception {
    BufferedImage image =
        ImageIO.read(new ByteArrayInputStream(LossChart.png(encrypted, plain, stop)));
    assertEquals(900, image.getWidth());
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  @Test
  void chart_showsTheLosses() throws Exception {
    List<Double> falling = List.of(2.0, 1.0, 0.5);
    List<Double> dented = List.of(2.0, 0.7, 0.5);
    assertArrayEquals(pixels(falling, falling, 3), pixels(falling, falling, 3));
    assertFalse(Arrays.equals(pixels(falling, falling, 3), pixels(dented, falling, 3)));
    assertFalse(Arrays.equals(pixels(falling, falling, 3), pixels(falling, falling, 0)));
  }

  @Test
  void chart_takesLossesThatAreNoNumbersAndSingleEpochs() throws Exception {
    pixels(List.of(0.5, 1.0, Double.NaN), List.of(0.5, 1.0, 2.0), 0);
    pixels(List.of(1.0), List.of(), 0);
  }
}
