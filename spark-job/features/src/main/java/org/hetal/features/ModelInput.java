package org.hetal.features;

import java.util.Arrays;
import org.hetal.owner.table.DataException;

/**
 * The input of a model.
 *
 * @param channels 3, or 1 for gray images
 * @param isChannelFirst whether its axes are [images, channels, height, width] and not [images,
 *     height, width, channels]
 */
record ModelInput(String name, int channels, int height, int width, boolean isChannelFirst) {
  /** The order of a model's axes. */
  enum Layout {
    NCHW,
    NHWC
  }

  /**
   * Width and height of images.
   *
   * @param height in pixels
   * @param width in pixels
   */
  record Size(int height, int width) {
    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  /**
   * Reads the axes of an input; what they leave open the options must say.
   *
   * @param where names the model and its input, for messages
   * @param shape four axes, those that are free below 1
   * @param layout null: by the axis of 1 or 3
   * @param size null: by the shape
   */
  static ModelInput of(String where, String name, long[] shape, Layout layout, Size size) {
    if (shape.length != 4 || shape[0] > 1) {
      throw new DataException(
          where
              + ": expected four axes with one image or any number of images, actual "
              + shown(shape)
              + "; export the model with an input [n, channels, height, width]");
    }
    boolean channelFirst = layout == null ? channelFirst(where, shape) : layout == Layout.NCHW;
    int axis = channelFirst ? 1 : 3;
    int first = channelFirst ? 2 : 1;
    if (!isChannels(shape[axis])) {
      throw new DataException(
          where
              + ": expected 3 channels, or 1 for gray, on axis "
              + axis
              + ", actual "
              + shown(shape)
              + "; check --layout");
    }
    int height = length(where, shape, shape[first], size == null ? 0 : size.height(), size);
    int width = length(where, shape, shape[first + 1], size == null ? 0 : size.width(), size);
    return new ModelInput(name, (int) shape[axis], height, width, channelFirst);
  }

  /** The shape of one image. */
  long[] shape() {
    return isChannelFirst
        ? new long[] {1, channels, height, width}
        : new long[] {1, height, width, channels};
  }

  private static boolean channelFirst(String where, long[] shape) {
    boolean first = isChannels(shape[1]);
    if (first == isChannels(shape[3])) {
      throw new DataException(
          where
              + ": expected 1 or 3 channels on axis 1 or on axis 3, actual "
              + shown(shape)
              + "; say --layout NCHW or --layout NHWC");
    }
    return first;
  }

  private static boolean isChannels(long length) {
    return length == 1 || length == 3;
  }

  private static int length(String where, long[] shape, long fixed, int wanted, Size size) {
    if (fixed < 1 && size == null) {
      throw new DataException(
          where
              + ": expected --size, as the model leaves the size of its images open, actual "
              + shown(shape)
              + "; say for example --size 224");
    }
    if (fixed >= 1 && size != null && fixed != wanted) {
      throw new DataException(
          where
              + ": expected the model's size of images, "
              + shown(shape)
              + ", actual --size "
              + size
              + "; leave --size out");
    }
    return fixed >= 1 ? Math.toIntExact(fixed) : wanted;
  }

  /** A shape with a question mark for axes that are free. */
  static String shown(long[] shape) {
    return Arrays.stream(shape)
        .mapToObj(length -> length < 0 ? "?" : Long.toString(length))
        .toList()
        .toString();
  }
}
