package org.hetal.tools;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;

/** Validation loss by epoch, on ciphertexts and in the clear, as a PNG; needs no display. */
final class LossChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 540;
  private static final int LEFT = 80;
  private static final int RIGHT = 30;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;
  private static final Color ENCRYPTED = new Color(0x1f5fa8);
  private static final Color PLAIN = new Color(0xd9822b);

  private LossChart() {}

  /**
   * @param stop the epoch after which the oracle answered stop; 0: none
   */
  static byte[] png(List<Double> encrypted, List<Double> plain, int stop) {
    System.setProperty("java.awt.headless", "true");
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, WIDTH, HEIGHT);
    double top =
        1.05
            * DoubleStream.concat(
                    encrypted.stream().mapToDouble(x -> x), plain.stream().mapToDouble(x -> x))
                .filter(Double::isFinite)
                .max()
                .orElse(1);
    int epochs = Math.max(encrypted.size(), plain.size());
    axes(g, top, epochs);
    if (stop > 0) {
      g.setColor(Color.GRAY);
      g.drawLine(x(stop, epochs), TOP, x(stop, epochs), HEIGHT - BOTTOM);
      g.drawString("stop", x(stop, epochs) - 34, TOP + 14);
    }
    curve(g, plain, top, epochs, PLAIN, 7);
    curve(g, encrypted, top, epochs, ENCRYPTED, 3);
    legend(g);
    g.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("drawing", e);
    }
    return out.toByteArray();
  }

  private static int x(double epoch, int epochs) {
    double share = epochs <= 1 ? 0.5 : (epoch - 1) / (epochs - 1);
    return LEFT + (int) Math.round(share * (WIDTH - LEFT - RIGHT));
  }

  private static int y(double loss, double top) {
    return HEIGHT - BOTTOM - (int) Math.round(loss / top * (HEIGHT - TOP - BOTTOM));
  }

  private static void axes(Graphics2D g, double top, int epochs) {
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    for (int i = 0; i <= 4; i++) {
      double loss = top * i / 4;
      g.setColor(new Color(0xe4e4e4));
      g.drawLine(LEFT, y(loss, top), WIDTH - RIGHT, y(loss, top));
      g.setColor(Color.DARK_GRAY);
      g.drawString(String.format(Locale.ROOT, "%.2f", loss), 30, y(loss, top) + 5);
    }
    int step = Math.max(1, (epochs + 11) / 12);
    for (int epoch = 1; epoch <= epochs; epoch += step) {
      g.drawString(String.valueOf(epoch), x(epoch, epochs) - 4, HEIGHT - BOTTOM + 22);
    }
    g.drawString("epoch", WIDTH / 2, HEIGHT - 14);
    g.drawString("validation loss", 12, TOP - 20);
  }

  private static void curve(
      Graphics2D g, List<Double> losses, double top, int epochs, Color color, int width) {
    g.setColor(color);
    g.setStroke(new BasicStroke(width));
    for (int i = 0; i < losses.size(); i++) {
      if (!Double.isFinite(losses.get(i))) {
        continue;
      }
      int at = x(i + 1, epochs);
      int height = y(losses.get(i), top);
      g.fillOval(at - width, height - width, 2 * width, 2 * width);
      if (i > 0 && Double.isFinite(losses.get(i - 1))) {
        g.drawLine(x(i, epochs), y(losses.get(i - 1), top), at, height);
      }
    }
    g.setStroke(new BasicStroke(1));
  }

  private static void legend(Graphics2D g) {
    g.setColor(ENCRYPTED);
    g.fillRect(WIDTH - 300, TOP - 24, 24, 4);
    g.setColor(PLAIN);
    g.fillRect(WIDTH - 150, TOP - 24, 24, 4);
    g.setColor(Color.DARK_GRAY);
    g.drawString("on ciphertexts", WIDTH - 270, TOP - 16);
    g.drawString("in the clear", WIDTH - 120, TOP - 16);
  }
}
