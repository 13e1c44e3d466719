"""Turns the heavy layers of a net into 8-bit integers: weights by channel, activations by the ranges measured for them.

Sums of integers are exact, so that the answer depends on their order less than it does in floating point.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13

Range = tuple[float, float]
Ranges = Mapping[str, Range]
Floats = npt.NDArray[np.float32]

# Levels of an activation (uint8) and of a weight (int8 without -128).
LEVELS, WEIGHT_LEVELS = 256, 255
# Weights keep to half of their levels: processors without VNNI add pairs of products in 16 bits, and 2 * 255 * 64 just
# fits. With all levels the sums saturate there, and the same page is read otherwise than on newer ones.
HEAD_ROOM = 2
# Fewer channels than these gain nothing; a product with fewer outputs is one of attention, light and delicate.
LEAST_CHANNELS, LEAST_OUTPUTS = 12, 1_000
TINY = 1e-8
# What is not in integers: some processors would otherwise use bfloat16, and give other digits.
FULL_PRECISION = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
    "INFERENCE_PRECISION_HINT": "f32",
    "ENABLE_CPU_PINNING": False,  # each worker would pin its one thread to the same core
}


def quantise(model: openvino.Model, ranges: Ranges) -> None:
    """Let the layers named in the ranges compute in integers; the others stay as they are."""
    for layer in list(model.get_ordered_ops()):
        if layer.get_friendly_name() not in ranges:
            continue
        low, high = on_grid(ranges[layer.get_friendly_name()])
        weights = layer.input(1).get_source_output()
        axes = tuple(range(1, 4)) if layer.get_type_name() == "Convolution" else (0,)
        most = np.abs(np.array(weights.get_node().data, dtype=np.float32)).max(axis=axes, keepdims=True) + TINY
        ends = (-HEAD_ROOM * most, HEAD_ROOM * most)
        layer.input(1).replace_source_output(_rounded(weights, ends, WEIGHT_LEVELS))
        layer.input(0).replace_source_output(
            _rounded(layer.input(0).get_source_output(), (np.float32(low), np.float32(high)), LEVELS)
        )
    model.validate_nodes_and_infer_types()


def on_grid(ends: Range) -> Range:
    """Shift a range so little that 0, which pads pictures, is one of its levels."""
    low, high = min(0.0, ends[0]), max(0.0, ends[1])
    step = max(high - low, TINY) / (LEVELS - 1)
    below = round(-low / step)
    return -below * step, (LEVELS - 1 - below) * step


def activation_ranges(model: openvino.Model, batches: Iterable[Floats]) -> dict[str, Range]:
    """Least and greatest value that reaches each layer worth quantising, over float32 batches; alters the model."""
    feeders = {layer.get_friendly_name(): layer.input(0).get_source_output() for layer in worth_quantising(model)}
    names = {name: feeder.get_node().get_friendly_name() for name, feeder in feeders.items()}
    sources = {names[name]: feeder for name, feeder in feeders.items()}  # two layers may share one
    first = len(model.outputs)
    model.add_outputs(list(sources.values()))
    request = openvino.Core().compile_model(model, "CPU", FULL_PRECISION).create_infer_request()
    seen: dict[str, Range] = dict.fromkeys(sources, (0.0, 0.0))
    for batch in batches:
        request.infer([batch])
        for place, name in enumerate(sources, start=first):
            values = request.get_output_tensor(place).data
            seen[name] = (min(seen[name][0], float(values.min())), max(seen[name][1], float(values.max())))
    return {name: seen[source] for name, source in names.items()}


def worth_quantising(model: openvino.Model) -> Iterator[openvino.Node]:
    """Layers with fixed weights that many pixels or steps pass through, the first one excepted."""
    for layer in model.get_ordered_ops():
        if layer.get_type_name() not in ("Convolution", "MatMul"):
            continue
        weights = layer.input(1).get_source_output()
        if weights.get_node().get_type_name() != "Constant":
            continue
        inputs, shape = layer.input(0).get_source_output().get_partial_shape(), weights.get_shape()
        if layer.get_type_name() == "MatMul":
            worth = shape[-1] >= LEAST_OUTPUTS
        else:
            worth = shape[1] >= LEAST_CHANNELS and (inputs[3].is_dynamic or inputs[3].get_length() > 1)
        if worth:
            yield layer


def _rounded(source: openvino.Output, ends: tuple[npt.ArrayLike, npt.ArrayLike], levels: int) -> openvino.Output:
    low, high = (opset13.constant(np.asarray(end, dtype=np.float32)) for end in ends)
    return opset13.fake_quantize(source, low, high, low, high, levels).output(0)
