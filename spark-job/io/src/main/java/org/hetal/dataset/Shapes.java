package org.hetal.dataset;

import org.hetal.packing.Layout;

/** From stored shapes to layouts. */
public final class Shapes {
  private Shapes() {}

  /**
   * @throws DatasetException when no layout has this shape
   */
  public static Layout layout(Origin.Shape shape) {
    try {
      return new Layout(shape.slots(), shape.rowsPerBlock(), shape.classes(), shape.features());
    } catch (IllegalArgumentException e) {
      throw new DatasetException("layout: " + e.getMessage(), e);
    }
  }

  /** The stored form of a layout. */
  public static Origin.Shape shape(Layout layout) {
    return new Origin.Shape(
        layout.slots(), layout.rowsPerBlock(), layout.classes(), layout.features());
  }
}
