package org.hetal.features;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** ONNX models of one or two operators. */
final class TinyModel {
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<ValueInfoProto> outputs = new ArrayList<>();
  private final List<NodeProto> nodes = new ArrayList<>();

  /** A model whose features are its input: [n, a, b, c] becomes [n, a · b · c]. */
  static TinyModel flatten(Object... shape) {
    return new TinyModel()
        .input("pixels", DataType.FLOAT, shape)
        .node("Flatten", "pixels", "features")
        .output("features", DataType.FLOAT, "n", "d");
  }

  TinyModel input(String name, DataType type, Object... shape) {
    inputs.add(value(name, type, shape));
    return this;
  }

  TinyModel output(String name, DataType type, Object... shape) {
    outputs.add(value(name, type, shape));
    return this;
  }

  TinyModel node(String operator, String input, String output) {
    nodes.add(NodeProto.newBuilder().setOpType(operator).addInput(input).addOutput(output).build());
    return this;
  }

  Path write(Path file) throws Exception {
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(7)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
            .setGraph(
                GraphProto.newBuilder()
                    .setName("tiny")
                    .addAllInput(inputs)
                    .addAllOutput(outputs)
                    .addAllNode(nodes))
            .build();
    return Files.write(file, model.toByteArray());
  }

  /**
   * @param shape numbers, and names of free axes
   */
  private static ValueInfoProto value(String name, DataType type, Object... shape) {
    TensorShapeProto.Builder axes = TensorShapeProto.newBuilder();
    for (Object length : shape) {
      TensorShapeProto.Dimension.Builder axis = TensorShapeProto.Dimension.newBuilder();
      axes.addDim(
          length instanceof Integer number
              ? axis.setDimValue(number)
              : axis.setDimParam((String) length));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(axes)))
        .build();
  }
}
