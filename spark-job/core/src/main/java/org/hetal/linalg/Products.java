package org.hetal.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hetal.he.Ciphertext;
import org.hetal.he.Evaluator;
import org.hetal.he.HeLevelException;
import org.hetal.he.Scope;
import org.hetal.packing.GradientParts;
import org.hetal.packing.Layout;
import org.hetal.packing.Packing;

/**
 * The two matrix products of softmax regression on encrypted blocks laid out by {@link Layout}:
 * logits X W^T and gradient R^T X, with the weights and the gradient in compact form. The package
 * overview has the algorithms.
 *
 * <p><b>Levels.</b> {@link #EXPAND_LEVELS}, {@link #LOGIT_LEVELS} and {@link #GRADIENT_LEVELS} do
 * not depend on the shape. Features may be at any level that is high enough. Features above the
 * level of a product are dropped to it once per product; a drop costs about a rescaling. Encrypt
 * features at the level of the expanded weights: then only the gradient drops them, once for all
 * diagonals. {@link #rotateAhead} keeps the rotated copies. The gradient then drops copies instead
 * of rotating again, and where memory allows, later epochs rotate nothing.
 *
 * <p>Immutable and thread-safe. Masks are encoded at first use at each level and kept until {@link
 * #close}. Needs rotation keys, the relinearization key and the conjugation key; the key plan of a
 * training names them.
 */
public final class Products implements AutoCloseable {
  /** Levels that {@link #expand} takes. */
  public static final int EXPAND_LEVELS = 2;

  /** Levels that {@link #logits} takes. */
  public static final int LOGIT_LEVELS = 2;

  /** Levels that {@link #gradient} takes. */
  public static final int GRADIENT_LEVELS = 4;

  private final Evaluator evaluator;
  private final Layout layout;
  private final Masks.Cache masks;
  private final Masks ones;
  private final Masks halvedFactor;
  private final WeightExpansion weightExpansion;
  private final LogitProduct logitProduct;
  private final GradientProduct gradientProduct;

  /**
   * Products whose logits are X W^T as they are.
   *
   * @throws IllegalArgumentException when the layout is for another number of slots
   */
  public Products(Evaluator evaluator, Layout layout) {
    this(evaluator, layout, 1);
  }

  /**
   * Products whose logits are X W^T times a factor, which costs nothing: the masks of the logits
   * have it.
   *
   * @param logitFactor finite
   * @throws IllegalArgumentException when the layout is for another number of slots
   */
  public Products(Evaluator evaluator, Layout layout, double logitFactor) {
    if (evaluator.parameters().slotCount() != layout.slots()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "products: expected a layout of %d slots, actual %d",
              evaluator.parameters().slotCount(),
              layout.slots()));
    }
    this.evaluator = evaluator;
    this.layout = layout;
    this.masks = new Masks.Cache(evaluator);
    this.ones = new Masks(evaluator, 1);
    this.halvedFactor = new Masks(evaluator, logitFactor / 2);
    this.weightExpansion = new WeightExpansion(evaluator, layout, ones);
    this.logitProduct = new LogitProduct(evaluator, layout, halvedFactor);
    this.gradientProduct = new GradientProduct(evaluator, layout, ones, masks);
  }

  /**
   * Compact weights at level l to one ciphertext per diagonal at level l - {@link #EXPAND_LEVELS}.
   * Cost: about 1.7 key switches per diagonal.
   *
   * @param compact {@link Layout#compactCiphertexts()} ciphertexts of one level, 0 outside the
   *     weights' rows
   * @throws HeLevelException when the level is below {@link #EXPAND_LEVELS}, or levels differ
   */
  public ExpandedWeights expand(List<Ciphertext> compact) {
    return weightExpansion.apply(compact);
  }

  /**
   * The features with their rotated copies at a level, for {@link #logits(ExpandedWeights,
   * RotatedFeatures)} and {@link #gradient(List, List, double)}: {@link Layout#babySteps()}
   * ciphertexts a block. Cost: 0.4 + 0.6 * (babySteps - 1) key switches a block, none where
   * babySteps is 1.
   *
   * @param x stays the caller's, which closes it after the copies: features at {@code level} are
   *     used as they are
   * @throws HeLevelException when the features are below the level
   */
  public RotatedFeatures rotateAhead(FeatureBlocks x, int level) {
    requireShape(x.columnBlocks(), x.rowBlocks());
    return rotateAhead(x, 0, level);
  }

  /**
   * As {@link #rotateAhead(FeatureBlocks, int)} for some column blocks, for {@link #gradientParts}.
   *
   * @param x has some neighboring column blocks; stays the caller's, which closes it after the
   *     copies
   * @param firstColumnBlock the first of them
   * @throws HeLevelException when the features are below the level
   */
  public RotatedFeatures rotateAhead(FeatureBlocks x, int firstColumnBlock, int level) {
    Checks.requireLevel("rotateAhead: features", x.level(), level);
    FeatureCopies features = FeatureCopies.rotating(evaluator, layout, x);
    Scope computed = new Scope();
    try {
      List<List<Ciphertext>> rotated = new ArrayList<>();
      for (int i = 0; i < x.rowBlocks() * layout.columnBlocks(); i++) {
        int column = i % layout.columnBlocks() - firstColumnBlock;
        if (column < 0 || column >= x.columnBlocks()) {
          rotated.add(List.of());
          continue;
        }
        int block = i / layout.columnBlocks() * x.columnBlocks() + column;
        int count = FeatureCopies.count(layout, i % layout.columnBlocks());
        rotated.add(List.copyOf(features.of(computed, block, level, count)));
      }
      return new RotatedFeatures(List.copyOf(rotated), x.rowBlocks(), computed);
    } catch (RuntimeException | Error e) {
      computed.close();
      throw e;
    }
  }

  /**
   * Logits of a group, times the factor of the constructor, in the layout of {@link
   * Packing#unpackLogits} at the weights' level - {@link #LOGIT_LEVELS}; padded classes and rows
   * that are not there are 0.
   *
   * @param x at the level of the weights or above
   * @throws HeLevelException when the weights are below {@link #LOGIT_LEVELS} or the features below
   *     the weights
   */
  public Ciphertext logits(ExpandedWeights weights, FeatureBlocks x) {
    requireShape(x.columnBlocks(), x.rowBlocks());
    return logitProduct.apply(
        weights, FeatureCopies.rotating(evaluator, layout, x), x.level(), x.rowBlocks());
  }

  /** As with {@link FeatureBlocks}, on copies rotated before. */
  public Ciphertext logits(ExpandedWeights weights, RotatedFeatures x) {
    return logitProduct.apply(weights, FeatureCopies.of(evaluator, x), x.level(), x.rowBlocks());
  }

  /**
   * The products of some row blocks of a group before they are packed into its logits: one
   * ciphertext per row block at the weights' level - 1, each computed apart from the others.
   *
   * @param x some row blocks with all their column blocks
   * @return in the order of the row blocks, for {@link #packedLogits}; the caller closes them
   * @throws HeLevelException as for {@link #logits(ExpandedWeights, FeatureBlocks)}
   */
  public List<Ciphertext> rowBlockLogits(ExpandedWeights weights, RotatedFeatures x) {
    return logitProduct.rowBlocks(
        weights, FeatureCopies.of(evaluator, x), x.level(), x.rowBlocks());
  }

  /**
   * {@link #logits(ExpandedWeights, RotatedFeatures)} from {@link #rowBlockLogits} of all row
   * blocks.
   *
   * @param rowBlocks in order; stay the caller's
   */
  public Ciphertext packedLogits(List<Ciphertext> rowBlocks) {
    return logitProduct.packed(rowBlocks);
  }

  /**
   * factor * (residual^T X) in the compact form of {@link Packing#packWeights}, at the residual's
   * level - {@link #GRADIENT_LEVELS}, ready to be added to compact weights. Slots outside the
   * weights' rows are 0.
   *
   * @param residual logits' layout, 0 in padded classes; rows that are not there count for nothing,
   *     as their features are 0
   * @param x at the residual's level - 1 or above
   * @param factor finite; learning rate, 1/rows, 1/2^squarings together; the masks of the few
   *     factors used last are kept
   * @throws HeLevelException when the residual is below {@link #GRADIENT_LEVELS} or the features
   *     below the residual's level - 1
   */
  public List<Ciphertext> gradient(Ciphertext residual, FeatureBlocks x, double factor) {
    requireShape(x.columnBlocks(), x.rowBlocks());
    return gradientProduct.apply(
        List.of(residual),
        List.of(FeatureCopies.rotating(evaluator, layout, x)),
        List.of(x.rowBlocks()),
        x.level(),
        factor);
  }

  /**
   * As above, summed over groups: cheaper than the sum of their gradients, because relinearization
   * and packing of sums are done once.
   *
   * @param residuals one per group, all at one level
   * @param x in the order of the residuals
   */
  public List<Ciphertext> gradient(
      List<Ciphertext> residuals, List<RotatedFeatures> x, double factor) {
    Checks.requireCount("gradient: groups of features", x.size(), residuals.size());
    return gradientProduct.apply(
        residuals,
        x.stream().map(features -> FeatureCopies.of(evaluator, features)).toList(),
        x.stream().map(RotatedFeatures::rowBlocks).toList(),
        x.stream().mapToInt(RotatedFeatures::level).min().orElse(0),
        factor);
  }

  /**
   * Some of the {@link GradientParts} of {@link #gradient(List, List, double)}. Every call rotates
   * the residuals anew.
   *
   * @param residuals one per group, all at one level
   * @param x in the order of the residuals, with the column blocks of the parts
   * @param first 0 to the number of parts - 1
   * @param count at least 1
   * @return one ciphertext per part at the residual's level - 3; the caller closes them
   */
  public List<Ciphertext> gradientParts(
      List<Ciphertext> residuals, List<RotatedFeatures> x, double factor, int first, int count) {
    Checks.requireCount("gradient: groups of features", x.size(), residuals.size());
    return gradientProduct.parts(
        residuals,
        x.stream().map(features -> FeatureCopies.of(evaluator, features)).toList(),
        x.stream().map(RotatedFeatures::rowBlocks).toList(),
        x.stream().mapToInt(RotatedFeatures::level).min().orElse(0),
        factor,
        first,
        count);
  }

  /**
   * {@link #gradient(List, List, double)} from all its parts.
   *
   * @param parts in order, made with the same factor; stay the caller's
   * @return compact form; the caller closes it
   */
  public List<Ciphertext> joinedGradient(List<Ciphertext> parts, double factor) {
    return gradientProduct.joined(parts, factor);
  }

  private void requireShape(int columnBlocks, int rowBlocks) {
    Checks.requireCount("features: column blocks", columnBlocks, layout.columnBlocks());
    if (rowBlocks > layout.positions()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "features: expected at most %d row blocks, actual %d",
              layout.positions(),
              rowBlocks));
    }
  }

  @Override
  public void close() {
    masks.close();
    ones.close();
    halvedFactor.close();
  }
}
