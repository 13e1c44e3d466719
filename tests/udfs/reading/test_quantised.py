import numpy as np
import openvino
import pytest
from openvino import opset13

from udfs.reading.quantised import activation_ranges, on_grid, quantise, worth_quantising

CHANNELS, OUTPUTS = 16, 24


@pytest.fixture
def weights() -> np.ndarray:
    return np.random.default_rng(5).normal(0, 0.2, (OUTPUTS, CHANNELS, 1, 1)).astype(np.float32)


@pytest.fixture
def batch() -> np.ndarray:
    return np.random.default_rng(6).uniform(-1, 3, (1, CHANNELS, 8, 8)).astype(np.float32)


def model_of(weights: np.ndarray) -> openvino.Model:
    entry = opset13.parameter([1, CHANNELS, 8, 8], np.float32)
    layer = opset13.convolution(entry, opset13.constant(weights), [1, 1], [0, 0], [0, 0], [1, 1])
    layer.set_friendly_name("layer")
    return openvino.Model([layer], [entry])


def run(model: openvino.Model, batch: np.ndarray) -> np.ndarray:
    request = openvino.Core().compile_model(model, "CPU").create_infer_request()
    return np.array(request.infer([batch])[0])


@pytest.mark.parametrize("ends", [(0.0, 4.0), (-0.17, 5.6), (-36.7, 23.4)])
def test_zero_is_a_level(ends: tuple[float, float]) -> None:
    low, high = on_grid(ends)
    step = (high - low) / 255
    assert low / step == pytest.approx(round(low / step), abs=1e-6)
    assert (low, high) == pytest.approx(ends, abs=step)


def test_a_quantised_layer_answers_nearly_the_same(weights: np.ndarray, batch: np.ndarray) -> None:
    ranges = activation_ranges(model_of(weights), [batch])
    assert ranges["layer"] == pytest.approx((float(batch.min()), float(batch.max())))
    exact, rounded = run(model_of(weights), batch), model_of(weights)
    quantise(rounded, ranges)
    assert "FakeQuantize" in {node.get_type_name() for node in rounded.get_ordered_ops()}
    error = np.abs(run(rounded, batch) - exact)
    assert 0 < error.max() < 0.05 * np.abs(exact).max()


def test_a_pair_of_products_fits_into_16_bits(weights: np.ndarray, batch: np.ndarray) -> None:
    model = model_of(weights)
    quantise(model, activation_ranges(model_of(weights), [batch]))
    layer = next(node for node in model.get_ordered_ops() if node.get_friendly_name() == "layer")
    rounding = layer.input(1).get_source_output().get_node()
    high = np.array(rounding.input(2).get_source_output().get_node().data).reshape(OUTPUTS, 1, 1, 1)
    levels = rounding.get_attributes()["levels"]
    assert 2 * 255 * np.rint(np.abs(weights) / high * (levels // 2)).max() <= np.iinfo(np.int16).max


def test_few_channels_stay_exact(weights: np.ndarray) -> None:
    assert [layer.get_friendly_name() for layer in worth_quantising(model_of(weights))] == ["layer"]
    entry = opset13.parameter([1, 3, 8, 8], np.float32)
    narrow = opset13.convolution(entry, opset13.constant(weights[:, :3]), [1, 1], [0, 0], [0, 0], [1, 1])
    assert list(worth_quantising(openvino.Model([narrow], [entry]))) == []


def test_the_shipped_ranges_name_the_layers_of_the_wheel() -> None:
    from udfs.reading.detector import MODELS
    from udfs.reading.ranges import DETECTOR, RECOGNISER

    for name, ranges, shape in (
        ("PP-OCRv6_det_small.onnx", DETECTOR, [1, 3, -1, -1]),
        ("PP-OCRv6_rec_small.onnx", RECOGNISER, [1, 3, 48, -1]),
    ):
        model = openvino.Core().read_model(MODELS / name)
        model.reshape(shape)
        assert {layer.get_friendly_name() for layer in worth_quantising(model)} == set(ranges)
