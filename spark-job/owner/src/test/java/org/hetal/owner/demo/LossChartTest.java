package org.hetal.owner.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LossChartTest {
  @Test
  void chart_isAPictureThatDependsOnTheLosses() throws Exception {
    byte[] falling = LossChart.png(List.of(2.0, 1.0, 0.5), List.of(2.0, 1.0, 0.5), 3);
    byte[] rising = LossChart.png(List.of(0.5, 1.0, Double.NaN), List.of(0.5, 1.0, 2.0), 0);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(falling));
    assertEquals(900, image.getWidth());
    assertNotEquals(List.of(falling.length), List.of(rising.length));
    ImageIO.read(new ByteArrayInputStream(LossChart.png(List.of(1.0), List.of(), 0)));
  }
}
