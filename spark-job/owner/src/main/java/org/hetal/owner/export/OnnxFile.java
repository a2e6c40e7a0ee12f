package org.hetal.owner.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;

/**
 * The model as an ONNX file, the head to put behind a feature extractor.
 *
 * <ul>
 *   <li>Operator set 13 of the default domain, IR version 7: ONNX Runtime 1.6 or newer.
 *   <li>Input {@code features}: float32 [rows, columns], raw features; rows is free.
 *   <li>Output {@code probabilities}: float32 [rows, classes]. Output {@code label}: int64 [rows].
 *   <li>Graph: Gemm with the coefficients and intercepts, Softmax over the classes; ArgMax of the
 *       logits.
 *   <li>Metadata: {@code run_id}, {@code dataset_id}.
 * </ul>
 *
 * Weights are rounded to float32. Columns whose mean is far larger than their deviation lose digits
 * in float32.
 */
public final class OnnxFile {
  private static final int OPERATOR_SET = 13;
  private static final int IR_VERSION = 7;

  private OnnxFile() {}

  /** The bytes of the file; equal models give equal bytes. */
  public static byte[] bytes(LinearModel model) {
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("softmax_regression")
            .addInput(value("features", TensorProto.DataType.FLOAT, model.columns()))
            .addOutput(value("probabilities", TensorProto.DataType.FLOAT, model.classes()))
            .addOutput(value("label", TensorProto.DataType.INT64))
            .addInitializer(coefficients(model))
            .addInitializer(intercepts(model))
            .addNode(
                node("Gemm", List.of("features", "coefficients", "intercepts"), "logits")
                    .addAttribute(attribute("transB", 1)))
            .addNode(
                node("Softmax", List.of("logits"), "probabilities")
                    .addAttribute(attribute("axis", 1)))
            .addNode(
                node("ArgMax", List.of("logits"), "label")
                    .addAttribute(attribute("axis", 1))
                    .addAttribute(attribute("keepdims", 0)));
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("hetal")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET))
        .addMetadataProps(entry("run_id", model.runId()))
        .addMetadataProps(entry("dataset_id", model.datasetId()))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static TensorProto coefficients(LinearModel model) {
    TensorProto.Builder out =
        TensorProto.newBuilder()
            .setName("coefficients")
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .addDims(model.classes())
            .addDims(model.columns());
    for (double[] row : model.coefficients()) {
      for (double value : row) {
        out.addFloatData((float) value);
      }
    }
    return out.build();
  }

  private static TensorProto intercepts(LinearModel model) {
    TensorProto.Builder out =
        TensorProto.newBuilder()
            .setName("intercepts")
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .addDims(model.classes());
    for (double value : model.intercepts()) {
      out.addFloatData((float) value);
    }
    return out.build();
  }

  /**
   * @param widths of the axes after the rows
   */
  private static ValueInfoProto value(String name, TensorProto.DataType type, long... widths) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("rows"));
    for (long width : widths) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(width));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  private static NodeProto.Builder node(String operator, List<String> inputs, String output) {
    return NodeProto.newBuilder()
        .setName(output)
        .setOpType(operator)
        .addAllInput(inputs)
        .addOutput(output);
  }

  private static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
