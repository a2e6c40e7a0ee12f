package org.hetal.features;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDecoderTest {
  /** Where the segment of JFIF, the first, ends. */
  private static final int JFIF = 20;

  @TempDir Path folder;

  @Test
  void gray_isTakenAsItIs() throws Exception {
    BufferedImage gray = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    gray.getRaster().setSample(0, 0, 0, 0x80);
    assertEquals(0x808080, pixel(gray, "gray.png"));
    BufferedImage deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x8080);
    assertEquals(0x808080, pixel(deep, "deep.png"));
  }

  @Test
  void transparentPixels_areDrawnOnWhite() throws Exception {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00123456);
    image.setRGB(1, 0, 0xff123456);
    image.setRGB(2, 0, 0x80000000);
    BufferedImage decoded =
        ImageDecoder.decode(Images.write(image, folder.resolve("transparent.png")));
    assertEquals(0xffffff, decoded.getRGB(0, 0) & 0xffffff);
    assertEquals(0x123456, decoded.getRGB(1, 0) & 0xffffff);
    assertEquals(0x7f7f7f, decoded.getRGB(2, 0) & 0xffffff);
  }

  @Test
  void orientationOfTheCamera_isApplied() throws Exception {
    BufferedImage image = Images.solid(32, 16, 0xff0000);
    for (int y = 0; y < 16; y++) {
      for (int x = 16; x < 32; x++) {
        image.setRGB(x, y, 0x0000ff);
      }
    }
    byte[] plain = Files.readAllBytes(Images.write(image, folder.resolve("plain.jpg")));
    ByteArrayOutputStream turned = new ByteArrayOutputStream();
    turned.write(plain, 0, JFIF);
    turned.write(orientation(6));
    turned.write(plain, JFIF, plain.length - JFIF);
    BufferedImage decoded =
        ImageDecoder.decode(Files.write(folder.resolve("turned.jpg"), turned.toByteArray()));
    assertEquals(16, decoded.getWidth());
    assertEquals(32, decoded.getHeight());
    // Turned to the right by a quarter: what was on the left is at the top.
    assertEquals(0xff, decoded.getRGB(8, 4) >> 16 & 0xff, 20);
    assertEquals(0xff, decoded.getRGB(8, 28) & 0xff, 20);
  }

  /** A segment APP1 with the tag 0x0112 of TIFF, big-endian. */
  private static byte[] orientation(int value) {
    int[] bytes = {
      0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0,
      3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0
    };
    byte[] out = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      out[i] = (byte) bytes[i];
    }
    return out;
  }

  private int pixel(BufferedImage image, String name) throws Exception {
    return ImageDecoder.decode(Images.write(image, folder.resolve(name))).getRGB(0, 0) & 0xffffff;
  }
}
