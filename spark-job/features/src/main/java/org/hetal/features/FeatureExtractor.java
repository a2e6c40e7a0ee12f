package org.hetal.features;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hetal.he.FileReadException;
import org.hetal.owner.table.DataException;

/**
 * A feature extractor in ONNX Runtime. Each run has one image and one thread, so the features do
 * not depend on what else is computed. Several threads may run it.
 */
final class FeatureExtractor implements AutoCloseable {
  private static final String FEATURES = "features";

  private final Path model;
  private final OrtSession session;
  private final ModelInput input;
  private final String output;

  private FeatureExtractor(Path model, OrtSession session, ModelInput input, String output) {
    this.model = model;
    this.session = session;
    this.input = input;
    this.output = output;
  }

  /**
   * Loads a model.
   *
   * @param layout null: by the model's input
   * @param size null: by the model's input
   * @param output name of the output with the features; null: the only one, or {@code features}
   * @throws FileReadException when there is no such file
   * @throws DataException when it is no ONNX model of this form
   */
  static FeatureExtractor load(
      Path model, ModelInput.Layout layout, ModelInput.Size size, String output) {
    if (!Files.isRegularFile(model) || !Files.isReadable(model)) {
      throw new FileReadException("cannot read " + model + ": no such file, or permission denied");
    }
    OrtSession session;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      session = OrtEnvironment.getEnvironment().createSession(model.toString(), options);
    } catch (OrtException e) {
      throw new DataException(
          model + ": expected a model in ONNX format, actual: " + oneLine(e), e);
    }
    try {
      return new FeatureExtractor(
          model, session, input(model, session, layout, size), output(model, session, output));
    } catch (OrtException | RuntimeException e) {
      closeQuietly(session, e);
      throw e instanceof RuntimeException failure ? failure : failed(model.toString(), e);
    }
  }

  ModelInput input() {
    return input;
  }

  /**
   * The features of an image.
   *
   * @param where names the image, for messages
   * @param pixels in the layout of {@link #input}
   * @return as many values for every image
   * @throws DataException when the model gives another shape, or a value that is not finite
   */
  float[] run(String where, float[] pixels) {
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), FloatBuffer.wrap(pixels), input.shape());
        OrtSession.Result result = session.run(Map.of(input.name(), tensor), Set.of(output))) {
      return features(where, (OnnxTensor) result.get(0));
    } catch (OrtException e) {
      throw failed(where, e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw failed("closing", e);
    }
  }

  private float[] features(String where, OnnxTensor tensor) {
    long[] shape = tensor.getInfo().getShape();
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] out = new float[buffer.remaining()];
    buffer.get(out);
    boolean isRow = shape.length >= 2 && shape[0] == 1 && out.length > 0;
    int wide = 0;
    for (int axis = 1; axis < shape.length; axis++) {
      wide += shape[axis] > 1 ? 1 : 0;
    }
    if (!isRow || wide > 1) {
      throw new DataException(
          model
              + ": expected one row of features per image from output "
              + output
              + ", actual shape "
              + ModelInput.shown(shape)
              + "; choose another with --feature-output, or add GlobalAveragePool to the model");
    }
    for (int column = 0; column < out.length; column++) {
      if (!Float.isFinite(out[column])) {
        throw new DataException(
            where
                + ": expected finite features, actual "
                + out[column]
                + " in column "
                + column
                + "; check --pixel-range, --mean and --deviation against the model's description");
      }
    }
    return out;
  }

  private static ModelInput input(
      Path model, OrtSession session, ModelInput.Layout layout, ModelInput.Size size)
      throws OrtException {
    List<String> names = new ArrayList<>(session.getInputNames());
    if (names.size() != 1) {
      throw new DataException(
          model + ": expected a model with one input, actual " + names + "; export it with one");
    }
    String name = names.get(0);
    String where = model + ", input " + name;
    TensorInfo info = floats(where, session.getInputInfo().get(name).getInfo());
    return ModelInput.of(where, name, info.getShape(), layout, size);
  }

  private static String output(Path model, OrtSession session, String wanted) throws OrtException {
    List<String> names = new ArrayList<>(session.getOutputNames());
    String name = wanted != null ? wanted : names.size() == 1 ? names.get(0) : FEATURES;
    if (!names.contains(name)) {
      throw new DataException(
          model
              + ": expected "
              + (wanted == null ? "one output, or one with the name features" : "output " + wanted)
              + ", actual "
              + names
              + "; choose one with --feature-output");
    }
    floats(model + ", output " + name, session.getOutputInfo().get(name).getInfo());
    return name;
  }

  private static TensorInfo floats(String where, ValueInfo info) {
    if (info instanceof TensorInfo tensor && tensor.type == OnnxJavaType.FLOAT) {
      return tensor;
    }
    throw new DataException(
        where
            + ": expected a tensor of float32, actual "
            + (info instanceof TensorInfo tensor ? tensor.type : info)
            + "; export the model with float32");
  }

  private DataException failed(String where, OrtException failure) {
    return failed(where + ", model " + model, (Exception) failure);
  }

  private static DataException failed(String where, Exception failure) {
    return new DataException(where + ": the model cannot be run: " + oneLine(failure), failure);
  }

  private static void closeQuietly(OrtSession session, Exception failure) {
    try {
      session.close();
    } catch (OrtException e) {
      failure.addSuppressed(e);
    }
  }

  private static String oneLine(Exception failure) {
    return String.valueOf(failure.getMessage()).replaceAll("\\s+", " ").strip();
  }
}
