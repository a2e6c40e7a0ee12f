package org.hetal.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PreprocessingTest {
  /** A border, or a row or column too few, would have other values. */
  @ParameterizedTest
  @EnumSource(Preprocessing.Fit.class)
  void imagesOfEverySize_fillTheInput(Preprocessing.Fit fit) {
    ModelInput input = new ModelInput("pixels", 3, 14, 9, false);
    Preprocessing preprocessing =
        new Preprocessing(
            input,
            new Preprocessing.Options(
                fit, Preprocessing.Channels.RGB, 255, new double[] {0}, new double[] {1}));
    float[] expected = new float[3 * 14 * 9];
    Arrays.fill(expected, 0x77);
    for (int width = 1; width < 70; width += 1 + width / 12) {
      for (int height = 1; height < 70; height += 1 + height / 12) {
        assertArrayEquals(
            expected,
            preprocessing.apply(Images.solid(width, height, 0x777777)),
            width + "x" + height);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Preprocessing.Channels.class)
  void oneChannel_isTheGrayValue(Preprocessing.Channels channels) {
    ModelInput input = new ModelInput("pixels", 1, 1, 1, true);
    Preprocessing preprocessing =
        new Preprocessing(
            input,
            new Preprocessing.Options(
                Preprocessing.Fit.CROP, channels, 255, new double[] {0}, new double[] {1}));
    // 0.299 · 255 = 76.2
    assertArrayEquals(new float[] {76}, preprocessing.apply(Images.solid(1, 1, 0xff0000)));
  }
}
