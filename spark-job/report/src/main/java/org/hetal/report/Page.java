package org.hetal.report;

import java.util.List;

/**
 * A page about a run, for people. Every text is plain; {@link PageWriter} escapes it.
 *
 * @param title the heading
 * @param role whose page it is and what that means, one sentence
 * @param lead what a reader in a hurry needs, a paragraph each
 * @param figures the most important numbers
 * @param footer how the page was made
 */
public record Page(
    String title,
    String role,
    List<String> lead,
    List<Figure> figures,
    List<Section> sections,
    String footer) {

  /**
   * A number with what it is.
   *
   * @param isBad whether it is a warning
   */
  public record Figure(String value, String label, boolean isBad) {
    public Figure(String value, String label) {
      this(value, label, false);
    }
  }

  /** A part of the page under a heading. */
  public record Section(String heading, List<Block> blocks) {}

  /** A paragraph, a table, a chart or a matrix. */
  public sealed interface Block permits Paragraph, Table, Chart, Matrix {}

  /**
   * @param isWarning whether it stands out
   */
  public record Paragraph(String text, boolean isWarning) implements Block {
    public Paragraph(String text) {
      this(text, false);
    }
  }

  /**
   * @param header empty: none
   * @param rows as many cells each; those after the first are right-aligned under a header
   */
  public record Table(List<String> header, List<List<String>> rows) implements Block {}

  /**
   * Counts of rows by label and predicted class.
   *
   * @param classes names, one per row and column
   * @param counts [label][predicted class]
   */
  public record Matrix(String title, List<String> classes, int[][] counts) implements Block {}

  /**
   * A chart with a category per position.
   *
   * @param kind lines or stacked bars
   * @param categories names of the positions, such as epochs
   * @param xName name of the horizontal axis
   * @param yName name and unit of the vertical axis
   * @param percent whether the values are shares, 0 to 1
   * @param marks vertical lines
   */
  public record Chart(
      String title,
      Kind kind,
      List<String> categories,
      String xName,
      String yName,
      boolean percent,
      List<Series> series,
      List<Mark> marks)
      implements Block {}

  /** How a chart is drawn. */
  public enum Kind {
    LINES,
    STACKED_BARS
  }

  /**
   * @param values one per category; null or not finite where there is none
   */
  public record Series(String name, List<Double> values) {}

  /**
   * A vertical line with a label.
   *
   * @param category one of the chart's
   */
  public record Mark(String category, String label) {}
}
