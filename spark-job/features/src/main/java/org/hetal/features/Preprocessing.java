package org.hetal.features;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import net.coobird.thumbnailator.Thumbnails;
import net.coobird.thumbnailator.geometry.Positions;

/**
 * Makes the input of a model of an image: {@code (pixel · range / 255 − mean) / deviation} for each
 * pixel of 0 to 255 and each channel, as float32. Immutable; several threads may use it.
 */
final class Preprocessing {
  /** The largest pixel value. */
  static final int PIXEL = 255;

  private final ModelInput input;
  private final Options options;
  private final float[][] values;

  /** What to do with an image of another aspect ratio than the input's. */
  enum Fit {
    /** Scale it until it covers the input, and cut off what sticks out, equally on both sides. */
    CROP,
    /** Scale both axes independently. */
    STRETCH
  }

  /** The order of the channels. */
  enum Channels {
    RGB,
    BGR
  }

  /**
   * What the user says about the model.
   *
   * @param range of a pixel before mean and deviation: 0 to this
   * @param mean one value, or one for each channel in the model's order
   * @param deviation likewise, positive
   */
  record Options(Fit fit, Channels channels, double range, double[] mean, double[] deviation) {}

  Preprocessing(ModelInput input, Options options) {
    this.input = input;
    this.options = options;
    this.values = new float[input.channels()][PIXEL + 1];
    for (int channel = 0; channel < input.channels(); channel++) {
      double mean = of(options.mean(), channel);
      double deviation = of(options.deviation(), channel);
      for (int pixel = 0; pixel <= PIXEL; pixel++) {
        values[channel][pixel] = (float) ((pixel * options.range() / PIXEL - mean) / deviation);
      }
    }
  }

  /**
   * The input of the model.
   *
   * @param image of the type {@code TYPE_INT_RGB} and any size
   * @return channels · height · width values in the order of the model's layout
   */
  float[] apply(BufferedImage image) {
    BufferedImage scaled = resized(image);
    int width = input.width();
    int height = input.height();
    int channels = input.channels();
    int[] pixels = scaled.getRGB(0, 0, width, height, null, 0, width);
    float[] out = new float[channels * height * width];
    for (int at = 0; at < pixels.length; at++) {
      for (int channel = 0; channel < channels; channel++) {
        float value =
            values[channel][channels == 1 ? luma(pixels[at]) : sample(pixels[at], channel)];
        out[input.isChannelFirst() ? channel * pixels.length + at : at * channels + channel] =
            value;
      }
    }
    return out;
  }

  private BufferedImage resized(BufferedImage image) {
    int width = input.width();
    int height = input.height();
    if (image.getWidth() == width && image.getHeight() == height) {
      return image;
    }
    Thumbnails.Builder<BufferedImage> builder =
        Thumbnails.of(image).imageType(BufferedImage.TYPE_INT_RGB);
    try {
      return options.fit() == Fit.CROP
          ? builder.crop(Positions.CENTER).size(width, height).asBufferedImage()
          : builder.forceSize(width, height).asBufferedImage();
    } catch (IOException e) {
      throw new UncheckedIOException("resizing an image in memory", e);
    }
  }

  private int sample(int pixel, int channel) {
    int place = options.channels() == Channels.RGB ? channel : 2 - channel;
    return pixel >> (16 - 8 * place) & PIXEL;
  }

  /** The gray value by ITU-R BT.601, as most libraries compute it. */
  private static int luma(int pixel) {
    int red = pixel >> 16 & PIXEL;
    int green = pixel >> 8 & PIXEL;
    int blue = pixel & PIXEL;
    return (299 * red + 587 * green + 114 * blue + 500) / 1000;
  }

  private static double of(double[] values, int channel) {
    return values[values.length == 1 ? 0 : channel];
  }
}
