package org.hetal.features;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.hetal.config.Settings;
import org.hetal.config.SettingsLoader;
import org.hetal.owner.table.Table;
import org.hetal.owner.table.files.TableReader;

/** Images, runs of the command, and what the data owner's readers find in its output. */
final class Images {
  private Images() {}

  /** A picture whose rows are these pixels, 0xRRGGBB. */
  static BufferedImage rgb(int[][] rows) {
    return picture(BufferedImage.TYPE_INT_RGB, rows);
  }

  static BufferedImage picture(int type, int[][] rows) {
    BufferedImage image = new BufferedImage(rows[0].length, rows.length, type);
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < rows[y].length; x++) {
        image.setRGB(x, y, rows[y][x]);
      }
    }
    return image;
  }

  static BufferedImage solid(int width, int height, int color) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, color);
      }
    }
    return image;
  }

  static Path write(BufferedImage image, Path file) throws Exception {
    Files.createDirectories(file.getParent());
    String name = file.getFileName().toString();
    String format = name.substring(name.lastIndexOf('.') + 1);
    assertTrue(ImageIO.write(image, format, file.toFile()), format);
    return file;
  }

  /**
   * The command.
   *
   * @param output what it wrote to both streams
   */
  record Run(int status, String output) {
    static Run of(Path model, Path images, Path output, String... options) {
      List<String> arguments =
          new ArrayList<>(
              List.of("features", "--model=" + model, "--images=" + images, "--output=" + output));
      arguments.addAll(List.of(options));
      PrintStream out = System.out;
      PrintStream err = System.err;
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int status;
      try (PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
        System.setOut(both);
        System.setErr(both);
        status = Main.execute(arguments.toArray(String[]::new));
      } finally {
        System.setOut(out);
        System.setErr(err);
      }
      return new Run(status, bytes.toString(StandardCharsets.UTF_8));
    }
  }

  /** What the data owner reads with the settings that the command named. */
  static Table read(Map<String, String> settings) {
    Settings loaded = SettingsLoader.load(List.of(), settings);
    return TableReader.read(loaded.data().train(), loaded.data(), null);
  }
}
