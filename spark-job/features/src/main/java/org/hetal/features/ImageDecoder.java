package org.hetal.features;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import net.coobird.thumbnailator.util.exif.ExifFilterUtils;
import net.coobird.thumbnailator.util.exif.ExifUtils;
import net.coobird.thumbnailator.util.exif.Orientation;
import org.hetal.he.FileReadException;
import org.hetal.owner.table.DataException;

/**
 * Reads JPEG, PNG, BMP and GIF files (the first picture) as RGB, 8 bits per channel. Transparent
 * parts are drawn on white. Gray values are taken as they are. The orientation in a camera's EXIF
 * data is applied. Stateless.
 */
final class ImageDecoder {
  private static final int MOST_BITS = 16;

  private ImageDecoder() {}

  /**
   * The pixels of a file.
   *
   * @return an image of the type {@code TYPE_INT_RGB}
   * @throws FileReadException when the file cannot be read
   * @throws DataException when it is no image, or a damaged one
   */
  static BufferedImage decode(Path file) {
    if (!Files.isReadable(file)) {
      throw new FileReadException("cannot read " + file + ": no such file, or permission denied");
    }
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw refused(file, "content of another kind", null);
      }
      ImageReader reader = readers.next();
      try {
        return decode(file, reader, in);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw refused(file, e.getMessage(), e);
    }
  }

  private static BufferedImage decode(Path file, ImageReader reader, ImageInputStream in)
      throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    reader.setInput(in);
    BufferedImage image;
    Orientation orientation;
    try {
      image = reader.read(0);
      orientation =
          reader.getFormatName().equalsIgnoreCase("jpeg")
              ? ExifUtils.getExifOrientation(reader, 0)
              : null;
    } catch (RuntimeException e) { // what the readers of the JDK throw for some damaged files
      throw refused(file, e.toString(), e);
    }
    if (!warnings.isEmpty()) {
      throw refused(file, warnings.get(0), null);
    }
    BufferedImage rgb = isGray(image.getColorModel()) ? fromGray(image) : onWhite(image);
    return orientation == null || orientation == Orientation.TOP_LEFT
        ? rgb
        : onWhite(ExifFilterUtils.getFilterForOrientation(orientation).apply(rgb));
  }

  private static boolean isGray(ColorModel colors) {
    return !(colors instanceof IndexColorModel)
        && colors.getColorSpace().getType() == ColorSpace.TYPE_GRAY
        && colors.getComponentSize(0) <= MOST_BITS;
  }

  /** Java takes gray values as linear, files do not: a conversion by Java would lighten them. */
  private static BufferedImage fromGray(BufferedImage image) {
    Raster raster = image.getRaster();
    boolean alpha = image.getColorModel().hasAlpha();
    int most = (1 << image.getColorModel().getComponentSize(0)) - 1;
    BufferedImage out =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    int[] samples = new int[raster.getNumBands()];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        raster.getPixel(x, y, samples);
        double opaque = alpha ? samples[1] / (double) most : 1;
        int gray = (int) Math.round(255 * (opaque * samples[0] / most + 1 - opaque));
        out.setRGB(x, y, gray << 16 | gray << 8 | gray);
      }
    }
    return out;
  }

  private static BufferedImage onWhite(BufferedImage image) {
    BufferedImage out =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = out.createGraphics();
    try {
      graphics.drawImage(image, 0, 0, Color.WHITE, null);
    } finally {
      graphics.dispose();
    }
    return out;
  }

  private static DataException refused(Path file, String actual, Throwable cause) {
    return new DataException(
        file
            + ": expected an intact JPEG, PNG, BMP or GIF image, gray or RGB, actual: "
            + actual
            + "; save it again in one of these formats, or remove it",
        cause);
  }
}
