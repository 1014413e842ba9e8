"""The models that kregc and its peers run: built and saved by real Keras, converted for each peer.

    python models.py DIR [NAME …]

Writes DIR/NAME.keras, and for each batch DIR/NAME.bB.onnx, DIR/NAME.bB.tflite and
DIR/NAME.bB.npz with the input `x_0`, Keras' output `y_0` and the sum of the penalties.
"""
import os
import pathlib
import sys

#: name -> batches that are measured
BATCHES = {"cnn": (32, 1), "sparse_autoencoder": (256, 1), "anomaly_autoencoder": (512, 1)}


def cnn(keras):
    """A 64x64x3 classifier with an L1L2 penalty on its convolution, behind it dropout and pooling."""
    layers = keras.layers
    return keras.Sequential([
        layers.Input((64, 64, 3)),
        layers.Conv2D(16, 6, strides=3, activation="relu", activity_regularizer=keras.regularizers.L1L2(0.01, 0.01)),
        layers.Dropout(0.2), layers.MaxPooling2D((3, 1), strides=3), layers.Dropout(0.3),
        layers.Flatten(), layers.Dense(10, activation="softmax")])


def sparse_autoencoder(keras):
    """784-32-784, an L1 penalty on the code."""
    layers = keras.layers
    return keras.Sequential([
        layers.Input((784,)),
        layers.Dense(32, activation="relu", activity_regularizer=keras.regularizers.L1(1e-4)),
        layers.Dense(784, activation="sigmoid")])


def anomaly_autoencoder(keras):
    """640-128x4-8-128x4-640 with batch normalisation, an L1 penalty on the bottleneck."""
    layers = keras.layers
    stack = [layers.Input((640,))]
    for width in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        penalty = keras.regularizers.L1(1e-3) if width == 8 else None
        stack += [layers.Dense(width), layers.BatchNormalization(), layers.Activation("relu", activity_regularizer=penalty)]
    return keras.Sequential(stack + [layers.Dense(640)])


def make(folder, name):
    import keras
    import numpy as np
    import tensorflow as tf
    import tf2onnx
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    keras.utils.set_random_seed(7)
    model = globals()[name](keras)
    rng = np.random.default_rng(7)
    for layer in model.layers:  # statistics of a trained network, not of a fresh one
        if layer.__class__.__name__ == "BatchNormalization":
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    model.save(folder / f"{name}.keras")
    for batch in BATCHES[name]:
        x = rng.uniform(0, 1, (batch, *model.input_shape[1:])).astype(np.float32)
        y = np.asarray(model(x, training=False))
        penalty = float(sum(float(loss) for loss in model.losses))
        np.savez(folder / f"{name}.b{batch}.npz", x_0=x, y_0=y, penalty=penalty)
        function = tf.function(lambda v: model(v, training=False)).get_concrete_function(
            tf.TensorSpec(x.shape, tf.float32))
        # Frozen: both converters trip over variables that live outside of the function.
        frozen = convert_variables_to_constants_v2(function)
        lite = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
        (folder / f"{name}.b{batch}.tflite").write_bytes(lite.convert())
        onnx, _ = tf2onnx.convert.from_graph_def(
            frozen.graph.as_graph_def(), input_names=[t.name for t in frozen.inputs],
            output_names=[t.name for t in frozen.outputs], opset=18)
        (folder / f"{name}.b{batch}.onnx").write_bytes(onnx.SerializeToString())


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for wanted in sys.argv[2:] or BATCHES:
        make(target, wanted)
