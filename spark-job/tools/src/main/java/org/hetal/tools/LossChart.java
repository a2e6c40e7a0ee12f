package org.hetal.tools;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Validation loss per epoch, on ciphertexts and in the clear, as a PNG. Needs no display. */
final class LossChart {
  static final Color ENCRYPTED = new Color(0x1f5fa8);
  static final Color PLAIN = new Color(0xd9822b);
  static final Color STOP = Color.GRAY;
  private static final int WIDTH = 900;
  private static final int HEIGHT = 540;

  private LossChart() {}

  /**
   * A chart of 900 x 540 pixels.
   *
   * @param encrypted loss per epoch; a loss that is not finite is left out
   * @param plain loss per epoch of the same training in the clear
   * @param stop the epoch after which the oracle answered stop; 0: none
   */
  static byte[] png(List<Double> encrypted, List<Double> plain, int stop) {
    System.setProperty("java.awt.headless", "true");
    XYSeriesCollection losses = new XYSeriesCollection();
    losses.addSeries(series("on ciphertexts", encrypted));
    losses.addSeries(series("in the clear", plain));
    JFreeChart chart = ChartFactory.createXYLineChart(null, "epoch", "validation loss", losses);
    XYPlot plot = chart.getXYPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(new Color(0xe4e4e4));
    plot.getDomainAxis().setStandardTickUnits(NumberAxis.createIntegerTickUnits());
    ((NumberAxis) plot.getRangeAxis()).setAutoRangeIncludesZero(true);
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    style(renderer, 0, ENCRYPTED, 3);
    style(renderer, 1, PLAIN, 7); // wider and behind: equal curves are both visible
    plot.setRenderer(renderer);
    if (stop > 0) {
      ValueMarker marker = new ValueMarker(stop, STOP, new BasicStroke(1));
      marker.setLabel("stop");
      plot.addDomainMarker(marker);
    }
    try {
      return ChartUtils.encodeAsPNG(chart.createBufferedImage(WIDTH, HEIGHT));
    } catch (IOException e) {
      throw new UncheckedIOException("drawing the loss chart", e);
    }
  }

  private static XYSeries series(String name, List<Double> losses) {
    XYSeries series = new XYSeries(name);
    for (int i = 0; i < losses.size(); i++) {
      double loss = losses.get(i);
      series.add(i + 1, Double.isFinite(loss) ? (Double) loss : null);
    }
    return series;
  }

  private static void style(XYLineAndShapeRenderer renderer, int series, Color color, int width) {
    renderer.setSeriesPaint(series, color);
    renderer.setSeriesStroke(series, new BasicStroke(width));
  }
}
