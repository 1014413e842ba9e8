"""A model or more for each row of Warnings.def, and models that nearly have it.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from keras_models import chain, functional, inner, input_layer, l1, l2, Layer, regularizer, sequential, tf_keras

ZERO = regularizer("L1L2", l1=0.0, l2=0.0)


def dense(name="dense", *inputs, units=3, **config):
    return Layer("Dense", name, *inputs, units=units, **config)


def conv(name="conv", **config):
    return Layer("Conv2D", name, filters=4, kernel_size=[3, 3], padding="same", **config)


def standalone(name="ar", *inputs, l1=0.0, l2=0.0):
    return Layer("ActivityRegularization", name, *inputs, l1=l1, l2=l2)


def behind(*layers, shape=(8,), **factors):
    """layers, then an ActivityRegularization."""
    return chain(shape, *layers, standalone(**factors))


def dead(used):
    x = input_layer([4])
    a = dense("a", x)
    b = dense("b", x, activity_regularizer=l2(0.1))
    total = Layer("Add", "add", a, b) if used else Layer("Identity", "add", a)
    return functional([x, a, b, total], [total])


def called(times):
    x = input_layer([4])
    shared = dense("shared", x, units=4, activity_regularizer=l1(0.25))
    tensor = shared
    for _ in range(times - 1):
        tensor = shared.again(tensor)
    return functional([x, shared], [tensor])


def image(*layers):
    return chain((6, 6, 3), *layers)


def embedded(mask_zero, *layers):
    return chain((5,), Layer("Embedding", "embedding", input_dim=9, output_dim=4, mask_zero=mask_zero), *layers,
                 standalone(l2=0.5), dtype="int32")


def distributed(inside, around):
    return chain((5, 4), Layer("TimeDistributed", "wrapper", layer=inner("Dense", "inside", units=3,
                                                                         activity_regularizer=inside),
                               activity_regularizer=around))


# id: models that have the warning, as (model, version, layer, words of its text),
# then models that do not, as (model, version). A model may be a file of test/.
WARNINGS = {
    "guessed-version": (
        [("frontends/Keras/Inputs/cnn-keras-3.3.3.json", None, "", "Keras 3.")],
        [("frontends/Keras/Inputs/cnn-keras-3.3.3.json", "3.3.3")]),
    "not-divided-by-batch": (
        [(behind(dense(), l1=0.5), "3.13.2", "", "Keras 3.13.2 does not divide"),
         (behind(dense(), l1=0.5), "3.0.0", "", "does not divide")],
        [(behind(dense(), l1=0.5), "3.14.0"), (behind(dense()), "3.13.2"), (chain((8,), dense()), "3.13.2")]),
    "divided-by-batch": (
        [(behind(dense(), l1=0.5), "3.14.0", "", "divides activity penalties by the batch"),
         (tf_keras((8,), dense(activity_regularizer=l2(0.5))), None, "", "Keras 2.15.0 divides")],
        [(behind(dense(), l1=0.5), "3.13.2"), (chain((8,), dense(kernel_regularizer=l2(0.5))), "3.14.0")]),
    "lost-regularizer": (
        [(chain((8,), dense("a"), dense("b")), "3.3.3", "", "layers 'a' and 'b'"),
         (tf_keras((8,), dense(), Layer("ReLU", "re_lu")), None, "re_lu", "layer 're_lu'"),
         (chain((8,), *[dense(f"d{i}") for i in range(8)]), "3.0.0", "", "'d5' and 2 others")],
        [(chain((8,), dense("a")), "3.4.0"), (tf_keras((8,), dense()), None), (image(conv()), "3.3.3"),
         (behind(dense(activity_regularizer=l1(0.5)), l1=0.5), "3.3.3")]),
    "frozen-weight-penalty": (
        [(chain((8,), dense(trainable=False, kernel_regularizer=l2(0.5))), "3.15.1", "dense",
          "leaves out its penalty L2(l2=0.5)"),
         (tf_keras((8,), dense(trainable=False, kernel_regularizer=l2(0.5))), None, "dense", "counts its penalty")],
        [(chain((8,), dense(kernel_regularizer=l2(0.5))), "3.15.1"), (chain((8,), dense(trainable=False)), "3.15.1")]),
    "frozen-layer-penalty": (
        [(chain((8,), dense(trainable=False, activity_regularizer=l2(0.5))), "3.15.1", "dense", "L2(l2=0.5) counts")],
        [(chain((8,), dense(activity_regularizer=l2(0.5))), "3.15.1"),
         (chain((8,), dense(trainable=False, kernel_regularizer=l2(0.5))), "3.15.1")]),
    "not-read-by-keras-3": (
        [(tf_keras((8,), dense()), None, "", "the JSON of tf.keras")],
        [(chain((8,), dense()), "3.15.1"), ("frontends/Keras/Inputs/cnn-tf-keras-2.21.0.h5", None)]),
    "negative-coefficient": (
        [(tf_keras((8,), dense(activity_regularizer=l1(-0.5))), None, "dense", "L1(l1=-0.5)"),
         (tf_keras((8,), dense(kernel_regularizer=l2(-0.5))), None, "dense", "L2(l2=-0.5)")],
        [(tf_keras((8,), dense(activity_regularizer=l1(0.5))), None)]),
    "ignored-regularizer": (
        [(distributed(l1(0.5), None), "3.15.1", "inside", "ignores the activity regularizer of layer 'inside'")],
        [(distributed(None, l1(0.5)), "3.15.1")]),
    "model-regularizer": (
        [(sequential((8,), dense(), activity_regularizer=l2(0.5)), "3.15.1", "model", "of model 'model'")],
        [(sequential((8,), dense(activity_regularizer=l2(0.5))), "3.15.1"),
         (sequential((8,), dense(), activity_regularizer=None), "3.15.1")]),
    "unused-regularizer": (
        [(chain((8,), dense(use_bias=False, bias_regularizer=l2(0.5))), "3.15.1", "dense", "'bias_regularizer'"),
         (image(Layer("BatchNormalization", "bn", scale=False, gamma_regularizer=l2(0.5))), "3.15.1", "bn",
          "'gamma_regularizer'")],
        [(chain((8,), dense(bias_regularizer=l2(0.5))), "3.15.1"),
         (chain((8,), dense(use_bias=False, bias_regularizer=None)), "3.15.1")]),
    "zero-coefficient": (
        [(chain((8,), dense(activity_regularizer=ZERO)), "3.15.1", "dense", "L1L2(l1=0) penalises nothing"),
         (chain((8,), dense(activity_regularizer="l1l2")), "3.15.1", "dense", "penalises nothing"),
         (chain((8,), dense(kernel_regularizer="L1L2")), "3.15.1", "dense", "penalises nothing"),
         (behind(dense()), "3.15.1", "ar", "penalises nothing")],
        [(chain((8,), dense(activity_regularizer="l1")), "3.15.1"), (behind(dense(), l2=1e-9), "3.15.1")]),
    "dead-penalty": ([(dead(used=False), "3.15.1", "b", "L2(l2=0.1) is never computed")], [(dead(used=True), "3.15.1")]),
    "orthogonal-activity": (
        [(chain((8,), dense(activity_regularizer=regularizer("OrthogonalRegularizer", factor=0.5, mode="rows"))),
          "3.15.1", "dense", "compares the samples")],
        [(chain((8,), dense(kernel_regularizer=regularizer("OrthogonalRegularizer", factor=0.5, mode="rows"))),
          "3.15.1")]),
    "counted-per-call": (
        [(called(3), "3.15.1", "shared", "called 3 times and L1(l1=0.25) counts for each")], [(called(1), "3.15.1")]),
    "duplicate-penalty": (
        [(behind(dense(activity_regularizer=l1(0.5)), l1=0.25, l2=0.125), "3.15.1", "ar",
          "layers 'dense' and 'ar' penalise the same numbers, together as L1L2(l1=0.75, l2=0.125)"),
         (behind(dense(), standalone("a", l1=0.5), Layer("Identity", "same"), standalone("b", l2=0.5), l1=1.0),
          "3.15.1", "ar", "layers 'a', 'b' and 'ar'")],
        [(behind(dense(activity_regularizer=l1(0.5)), Layer("ReLU", "re_lu"), l1=0.25), "3.15.1"),
         (behind(dense(activity_regularizer=ZERO), l1=0.25), "3.15.1"), (called(2), "3.15.1")]),
    "before-activation": (
        [(chain((8,), dense(activity_regularizer=l1(0.5)), Layer("ReLU", "re_lu")), "3.15.1", "dense", "layer 're_lu'"),
         (chain((8,), dense(), standalone(l1=0.5), Layer("Activation", "tanh", activation="tanh")), "3.15.1", "ar",
          "layer 'tanh'")],
        [(chain((8,), dense(activity_regularizer=l1(0.5), activation="relu"), Layer("Softmax", "soft")), "3.15.1"),
         (chain((8,), dense(activity_regularizer=l1(0.5)), Layer("Activation", "linear", activation="linear")),
          "3.15.1"),
         (chain((8,), dense(activity_regularizer=l1(0.5)), Layer("BatchNormalization", "bn"), Layer("ReLU", "re_lu")),
          "3.15.1")]),
    "behind-pooling": (
        [(image(conv(), Layer("Dropout", "drop", rate=0.5),
                Layer("MaxPooling2D", "pool", pool_size=[2, 2], activity_regularizer=l1(0.5))), "3.15.1", "pool",
          "penalises 36 numbers a sample, what pooling leaves of the 144 of layer 'conv'"),
         (image(conv(), Layer("AveragePooling2D", "pool", pool_size=[3, 3]), standalone(l1=0.5)), "3.15.1", "ar",
          "penalises 16")],
        [(image(conv(activity_regularizer=l1(0.5)), Layer("MaxPooling2D", "pool", pool_size=[2, 2])), "3.15.1")]),
    "no-gradient": (
        [(chain((8,), standalone(l1=0.5), dense()), "3.15.1", "ar", "L1L2(l1=0.5) adds to the loss"),
         (chain((8,), dense(trainable=False), standalone(l1=0.5), dense("b")), "3.15.1", "ar", "no trained weight")],
        [(behind(dense(), l1=0.5), "3.15.1"), (behind(dense(), dense("b", trainable=False), l1=0.5), "3.15.1")]),
    "constant-penalty": (
        [(chain((8,), dense(activation="softmax", activity_regularizer=l1(0.5))), "3.15.1", "dense",
          "Σ|x| of a softmax is always 1 a sample: L1(l1=0.5)"),
         (image(conv(), Layer("Softmax", "soft"), Layer("Flatten", "flat"), standalone(l1=0.5, l2=0.25)), "3.15.1",
          "ar", "always 36 a sample"),
         (behind(dense(), Layer("UnitNormalization", "unit", axis=-1), l2=0.5), "3.15.1", "ar",
          "Σx² of a UnitNormalization is always 1")],
        [(chain((8,), dense(activation="softmax", activity_regularizer=l2(0.5))), "3.15.1"),
         (behind(dense(activation="softmax"), dense("b"), l1=0.5), "3.15.1"),
         (behind(dense(activation="log_softmax"), l1=0.5), "3.15.1"),
         (behind(dense(), Layer("UnitNormalization", "unit", axis=-1), l1=0.5), "3.15.1")]),
    "near-constant-penalty": (
        [(behind(dense(), Layer("BatchNormalization", "bn"), l2=0.5), "3.15.1", "ar", "gamma and beta"),
         (behind(dense(), Layer("LayerNormalization", "ln"), l2=0.5), "3.15.1", "ar", "a LayerNormalization"),
         (behind(dense(), Layer("RMSNormalization", "rms"), l2=0.5), "3.15.1", "ar", "its own scale"),
         (image(conv(), Layer("GroupNormalization", "gn", groups=2), standalone(l2=0.5)), "3.15.1", "ar",
          "a GroupNormalization")],
        [(behind(dense(), Layer("BatchNormalization", "bn"), l1=0.5), "3.15.1"),
         (behind(dense(), Layer("BatchNormalization", "bn", trainable=False), l2=0.5), "3.15.1"),
         (behind(dense(), Layer("BatchNormalization", "bn"), Layer("ReLU", "re_lu"), l2=0.5), "3.15.1")]),
    "grows-with-resolution": (
        [(image(conv(activity_regularizer=l1(0.5))), "3.15.1", "conv",
          "6·6·4 = 144 numbers a sample, where L1(l1=0.5) weighs like L1(l1=72)"),
         (image(conv(activity_regularizer=l1(0.5)), Layer("ReLU", "act"),
                Layer("MaxPooling2D", "pool", activity_regularizer=l2(0.25))), "3.15.1", "",
          "layer 'conv' 6·6·4 = 144 numbers a sample, where L1(l1=0.5) weighs like L1(l1=72) on their mean; "
          "layer 'pool' 3·3·4 = 36")],
        [(behind(dense(), l1=0.5), "3.15.1"),
         (image(conv(kernel_regularizer=l1(0.5))), "3.15.1"),
         (chain((1, 1, 3), Layer("Conv2D", "conv", filters=4, kernel_size=[1, 1], activity_regularizer=l1(0.5))),
          "3.15.1")]),
    "behind-dropout": (
        [(behind(dense(), Layer("Dropout", "drop", rate=0.2), l2=0.5), "3.15.1", "ar",
          "layer 'drop' (rate 0.2) is on average 1.25 times"),
         (chain((8,), dense(), Layer("Dropout", "drop", rate=0.5, activity_regularizer=l2(0.5))), "3.15.1", "drop",
          "2 times"),
         (behind(dense(), Layer("GaussianDropout", "drop", rate=0.5), Layer("Activation", "relu", activation="relu"),
                 l2=0.5), "3.15.1", "ar", "2 times")],
        [(behind(dense(), Layer("Dropout", "drop", rate=0.2), l1=0.5), "3.15.1"),
         (behind(dense(), Layer("Dropout", "drop", rate=0.0), l2=0.5), "3.15.1"),
         (behind(dense(), Layer("Dropout", "drop", rate=0.2), dense("b"), l2=0.5), "3.15.1")]),
    "behind-noise": (
        [(behind(dense(), Layer("GaussianNoise", "noise", stddev=0.5), l2=0.5), "3.15.1", "ar",
          "on average 0.75 a sample more")],
        [(behind(dense(), Layer("GaussianNoise", "noise", stddev=0.5), l1=0.5), "3.15.1"),
         (behind(dense(), Layer("GaussianNoise", "noise", stddev=0.0), l2=0.5), "3.15.1")]),
    "masked-steps": (
        [(embedded(True), "3.15.1", "ar", "layer 'embedding'"),
         (embedded(True, dense(), Layer("Dropout", "drop", rate=0.5)), "3.15.1", "ar", "layer 'embedding'")],
        [(embedded(False), "3.15.1"), (embedded(True, Layer("Flatten", "flat")), "3.15.1")]),
}
