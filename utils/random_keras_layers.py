"""Random small Keras models, one around each layer class: compare-with-keras.py.

LAYERS maps a name to a function that gives a model; its argument draws shapes
and attributes. Sizes are small, with ones and odd tails among them.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import random

ACTIVATIONS = ["linear", "relu", "relu6", "sigmoid", "tanh", "elu", "gelu", "silu", "selu", "softplus", "softsign",
               "exponential", "hard_sigmoid", "leaky_relu", "mish", "celu", "log_sigmoid", "hard_silu"]
# They depend on the axis, so a layout that is wrong shows.
AXIS_ACTIVATIONS = ["softmax", "log_softmax"]

LAYERS = {}


def layer(function):
    LAYERS[function.__name__] = function
    return function


def named(name, function):
    function.__name__ = name
    layer(function)


class Draw(random.Random):
    """What the generators draw: sizes, flags and regularizers."""

    def __new__(cls, keras, seed):
        return super().__new__(cls, seed)

    def __init__(self, keras, seed):
        super().__init__(seed)
        self.keras, self.L, self.R = keras, keras.layers, keras.regularizers

    def size(self, high=9):
        return self.choice([1, 2, 3, self.randint(1, high), self.randint(1, high)])

    def channels(self, high=17):
        return self.choice([1, 2, 3, 4, 5, 8, self.randint(1, high)])

    def flag(self):
        return self.random() < 0.5

    def coefficient(self):
        return round(self.uniform(0.001, 0.1), 4)

    def penalty(self, chance=0.6):
        """An L1, L2 or L1L2 regularizer, or None."""
        if self.random() > chance:
            return None
        return self.choice([self.R.L1(self.coefficient()), self.R.L2(self.coefficient()),
                            self.R.L1L2(self.coefficient(), self.coefficient())])

    def activation(self, by_axis=0.2):
        return self.choice(AXIS_ACTIVATIONS if self.random() < by_axis else ACTIVATIONS)

    def data_format(self):
        return self.choice(["channels_last", "channels_last", "channels_first"])

    def spatial(self, rank, high=9):
        return [self.size(high) for _ in range(rank)]

    def image(self, rank, data_format, channels, high=9):
        """A sample's shape."""
        sizes = self.spatial(rank, high)
        return [channels, *sizes] if data_format == "channels_first" else [*sizes, channels]

    def model(self, shape, *layers, dtype="float32"):
        x = y = self.keras.Input(tuple(shape), dtype=dtype)
        for each in layers:
            y = each(y)
        return self.keras.Model(x, y)

    def merge(self, shapes, each):
        xs = [self.keras.Input(tuple(shape)) for shape in shapes]
        return self.keras.Model(xs, each(xs))


def sizes_of(shape, data_format):
    return shape[1:] if data_format == "channels_first" else shape[:-1]


def window_options(d, rank, sizes, causal=False):
    """Attributes of a window that fits where the padding is valid."""
    padding = d.choice(["valid", "same"] + (["causal"] if causal else []))
    kernel, dilation = [], []
    dilated = d.random() < 0.3
    for n in sizes:
        k = d.randint(1, min(n, 4)) if padding == "valid" else d.randint(1, 4)
        most = (n - 1) // (k - 1) if padding == "valid" and k > 1 else 3
        kernel.append(k)
        dilation.append(d.randint(1, max(1, min(3, most))) if dilated else 1)
    strides = [1] * rank if max(dilation) > 1 else [d.choice([1, 1, 2, 3]) for _ in range(rank)]
    return {"kernel_size": kernel, "padding": padding, "strides": strides, "dilation_rate": dilation}


def common(d):
    return {"use_bias": d.flag(), "activation": d.activation(), "activity_regularizer": d.penalty()}


def one_rate(options):
    """Keras' depthwise convolutions know one stride and one dilation."""
    options["strides"] = options["strides"][0]
    options["dilation_rate"] = min(options["dilation_rate"])


def convolution(name, rank):
    def build(d):
        data_format = "channels_last" if rank == 3 else d.data_format()
        groups = d.choice([1, 1, 1, 2, 3]) if rank < 3 else 1
        shape = d.image(rank, data_format, groups * d.choice([1, 2, 3]))
        options = window_options(d, rank, sizes_of(shape, data_format), causal=rank == 1)
        return d.model(shape, getattr(d.L, name)(
            groups * d.channels(9), groups=groups, data_format=data_format, **options, **common(d),
            kernel_regularizer=d.penalty(0.3), bias_regularizer=d.penalty(0.2)))
    named(name, build)


def depthwise(name, rank):
    def build(d):
        data_format = d.data_format()
        shape = d.image(rank, data_format, d.channels(9))
        options = window_options(d, rank, sizes_of(shape, data_format))
        one_rate(options)
        return d.model(shape, getattr(d.L, name)(
            depth_multiplier=d.choice([1, 1, 2, 3]), data_format=data_format, **options, **common(d),
            depthwise_regularizer=d.penalty(0.3)))
    named(name, build)


def separable(name, rank):
    def build(d):
        data_format = d.data_format()
        shape = d.image(rank, data_format, d.channels(6))
        options = window_options(d, rank, sizes_of(shape, data_format))
        one_rate(options)
        return d.model(shape, getattr(d.L, name)(
            d.channels(9), depth_multiplier=d.choice([1, 1, 2]), data_format=data_format, **options, **common(d),
            depthwise_regularizer=d.penalty(0.3), pointwise_regularizer=d.penalty(0.3)))
    named(name, build)


def transposed(name, rank):
    def build(d):
        data_format = "channels_last" if rank == 3 else d.data_format()
        shape = d.image(rank, data_format, d.choice([1, 2, 3]), high=6)
        strides = [d.choice([1, 2, 2, 3]) for _ in range(rank)]
        options = {"kernel_size": [d.randint(1, 4) for _ in range(rank)], "padding": d.choice(["valid", "same"])}
        if d.random() < 0.3:
            options["output_padding"] = [d.randint(0, s - 1) for s in strides]
        return d.model(shape, getattr(d.L, name)(d.channels(6), strides=strides, data_format=data_format,
                                                 kernel_regularizer=d.penalty(0.2), **options, **common(d)))
    named(name, build)


def pooling(name, rank):
    def build(d):
        data_format = d.data_format()
        shape = d.image(rank, data_format, d.channels())
        padding = d.choice(["valid", "same"])
        window = [d.randint(1, min(n, 4) if padding == "valid" else 4) for n in sizes_of(shape, data_format)]
        strides = d.choice([None, [d.randint(1, 3)] * rank])
        if rank == 1:
            window, strides = window[0], strides and strides[0]
        return d.model(shape, getattr(d.L, name)(window, strides=strides, padding=padding, data_format=data_format,
                                                 activity_regularizer=d.penalty()))
    named(name, build)


def global_pooling(name, rank):
    def build(d):
        data_format = d.data_format()
        shape = d.image(rank, data_format, d.channels())
        return d.model(shape, getattr(d.L, name)(data_format=data_format, keepdims=d.flag(),
                                                 activity_regularizer=d.penalty()))
    named(name, build)


def padding_layer(name, rank, cropping):
    def build(d):
        options = {} if rank == 1 else {"data_format": d.data_format()}
        data_format = options.get("data_format", "channels_last")
        shape = d.image(rank, data_format, d.channels())
        sides = []
        for n in sizes_of(shape, data_format):
            low = d.randint(0, min(2, n - 1) if cropping else 3)
            sides.append((low, d.randint(0, min(2, n - 1 - low) if cropping else 3)))
        return d.model(shape, getattr(d.L, name)(sides[0] if rank == 1 else tuple(sides), **options,
                                                 activity_regularizer=d.penalty()))
    named(name, build)


for dims in (1, 2, 3):
    convolution(f"Conv{dims}D", dims)
    transposed(f"Conv{dims}DTranspose", dims)
    padding_layer(f"ZeroPadding{dims}D", dims, cropping=False)
    padding_layer(f"Cropping{dims}D", dims, cropping=True)
    for kind in ("Max", "Average"):
        pooling(f"{kind}Pooling{dims}D", dims)
        global_pooling(f"Global{kind}Pooling{dims}D", dims)
for dims in (1, 2):
    depthwise(f"DepthwiseConv{dims}D", dims)
    separable(f"SeparableConv{dims}D", dims)


@layer
def Dense(d):
    shape = d.spatial(d.choice([0, 0, 1, 2])) + [d.channels(40)]
    return d.model(shape, d.L.Dense(d.channels(40), **common(d), kernel_regularizer=d.penalty(0.3),
                                    bias_regularizer=d.penalty(0.2)))


@layer
def EinsumDense(d):
    a, b, c, e, f = (d.size() for _ in range(5))
    equation, shape, output, bias = d.choice([
        ("ab,bc->ac", [b], c, "c"), ("abc,cd->abd", [b, c], (None, e), "d"),
        ("abc,cde->abde", [b, c], (None, e, f), "de"), ("abc,cde->abde", [b, c], (None, e, f), "e"),
        ("abc,bcd->ad", [b, c], e, "d"), ("abc,cb->ab", [b, c], (b,), "b"), ("abc,bd->adc", [b, c], (e, c), "d"),
        ("...x,xy->...y", [b, c], e, "y"), ("abc,dc->abd", [b, c], (None, e), "d"),
        ("abcd,cde->abe", [a, b, c], (None, e), "e"), ("abc,bcd->abd", [b, c], (b, e), "bd"),
        ("abc,cdb->abd", [b, c], (b, e), "d"), ("abcd,ce->abed", [a, b, c], (None, e, c), "e")])
    return d.model(shape, d.L.EinsumDense(equation, output_shape=output, bias_axes=bias if d.flag() else None,
                                          activation=d.activation(), activity_regularizer=d.penalty(),
                                          kernel_regularizer=d.penalty(0.2)))


@layer
def Activation(d):
    shape = d.spatial(d.randint(0, 3)) + [d.channels(40)]
    return d.model(shape, d.L.Activation(d.activation(), activity_regularizer=d.penalty()))


@layer
def ReLU(d):
    shape = d.spatial(d.randint(0, 2)) + [d.channels(40)]
    options = {"max_value": d.choice([None, None, 6, 1.5]), "negative_slope": d.choice([0.0, 0.0, 0.1]),
               "threshold": d.choice([0.0, 0.0, 0.4])}
    return d.model(shape, d.L.ReLU(**options, activity_regularizer=d.penalty()))


@layer
def LeakyReLU(d):
    return d.model([d.size(), d.channels()], d.L.LeakyReLU(d.choice([0.3, 0.01, 0.0])))


@layer
def ELU(d):
    return d.model([d.size(), d.channels()], d.L.ELU(d.choice([1.0, 0.5]), activity_regularizer=d.penalty()))


@layer
def PReLU(d):
    rank = d.randint(0, 2)
    shape = d.spatial(rank) + [d.channels()]
    shared = d.choice([None, list(range(1, rank + 1)), [1]])
    return d.model(shape, d.L.PReLU(shared_axes=shared or None, alpha_regularizer=d.penalty(0.3),
                                    activity_regularizer=d.penalty()))


@layer
def Softmax(d):
    rank = d.randint(0, 2)
    shape = d.spatial(rank) + [d.channels()]
    axis = d.choice([-1, rank + 1, 1, [-1], [1], list(range(1, rank + 2))])
    return d.model(shape, d.L.Softmax(axis=axis, activity_regularizer=d.penalty()))


@layer
def Flatten(d):
    data_format = d.data_format()
    return d.model(d.image(d.randint(0, 3), data_format, d.channels()),
                   d.L.Flatten(data_format=data_format, activity_regularizer=d.penalty()))


@layer
def Reshape(d):
    a, b, c = d.size(), d.size(), d.size()
    target = d.choice([(c, a, b), (-1,), (a, -1), (-1, c), (1, a * b, c), (a * b * c,), (b, -1, 1)])
    return d.model([a, b, c], d.L.Reshape(target, activity_regularizer=d.penalty()))


@layer
def Permute(d):
    rank = d.randint(1, 4)
    dims = list(range(1, rank + 1))
    d.shuffle(dims)
    return d.model(d.spatial(rank), d.L.Permute(dims, activity_regularizer=d.penalty()))


@layer
def RepeatVector(d):
    return d.model([d.channels()], d.L.RepeatVector(d.size(), activity_regularizer=d.penalty()))


@layer
def UpSampling1D(d):
    return d.model([d.size(), d.channels()], d.L.UpSampling1D(d.randint(1, 3), activity_regularizer=d.penalty()))


@layer
def UpSampling2D(d):
    data_format = d.data_format()
    return d.model(d.image(2, data_format, d.channels(6), high=6),
                   d.L.UpSampling2D((d.randint(1, 3), d.randint(1, 3)), data_format=data_format,
                                    interpolation=d.choice(["nearest", "bilinear"]),
                                    activity_regularizer=d.penalty()))


@layer
def UpSampling3D(d):
    data_format = d.data_format()
    return d.model(d.image(3, data_format, d.channels(5), high=4),
                   d.L.UpSampling3D([d.randint(1, 3) for _ in range(3)], data_format=data_format,
                                    activity_regularizer=d.penalty()))


@layer
def noise(d):
    rank, each = d.choice([(2, d.L.Dropout(0.3)), (2, d.L.GaussianNoise(0.4)), (2, d.L.GaussianDropout(0.4)),
                           (2, d.L.AlphaDropout(0.4)), (1, d.L.SpatialDropout1D(0.3)), (2, d.L.SpatialDropout2D(0.3)),
                           (3, d.L.SpatialDropout3D(0.3))])
    return d.model(d.spatial(rank) + [d.channels()], each,
                   d.L.ActivityRegularization(d.coefficient(), d.coefficient()))


@layer
def BatchNormalization(d):
    rank = d.randint(0, 3)
    shape = d.spatial(rank) + [d.channels()]
    return d.model(shape, d.L.BatchNormalization(
        axis=d.choice([-1, rank + 1, 1]), center=d.flag(), scale=d.flag(), epsilon=d.choice([1e-3, 1e-5, 0.1]),
        beta_regularizer=d.penalty(0.2), gamma_regularizer=d.penalty(0.2), activity_regularizer=d.penalty()))


@layer
def LayerNormalization(d):
    rank = d.randint(0, 2)
    shape = d.spatial(rank) + [d.channels()]
    axis = d.choice([-1, 1, rank + 1, list(range(1, rank + 2))])
    return d.model(shape, d.L.LayerNormalization(axis=axis, center=d.flag(), scale=d.flag(),
                                                 epsilon=d.choice([1e-3, 1e-5]), activity_regularizer=d.penalty()))


@layer
def GroupNormalization(d):
    rank, groups = d.randint(0, 2), d.randint(1, 3)
    shape = d.spatial(rank) + [groups * d.size(4)]
    axis = -1
    if rank and d.random() < 0.3:
        shape, axis = [shape[-1], *shape[:-1]], 1
    return d.model(shape, d.L.GroupNormalization(groups=d.choice([groups, 1, -1]), axis=axis, center=d.flag(),
                                                 scale=d.flag(), activity_regularizer=d.penalty()))


@layer
def RMSNormalization(d):
    rank = d.randint(0, 2)
    axis = d.choice([-1, rank + 1, 1])
    return d.model(d.spatial(rank) + [d.channels()],
                   d.L.RMSNormalization(axis=axis, activity_regularizer=d.penalty()))


@layer
def UnitNormalization(d):
    rank = d.randint(0, 2)
    axis = d.choice([-1, 1, rank + 1, list(range(1, rank + 2))])
    return d.model(d.spatial(rank) + [d.channels()],
                   d.L.UnitNormalization(axis=axis, activity_regularizer=d.penalty()))


@layer
def Normalization(d):
    channels = d.channels()
    mean = [d.uniform(-1, 1) for _ in range(channels)]
    variance = [d.uniform(0.3, 2) for _ in range(channels)]
    if d.random() < 0.3:
        mean, variance = 0.3, 1.7
    return d.model(d.spatial(d.randint(0, 2)) + [channels],
                   d.L.Normalization(mean=mean, variance=variance, invert=d.flag(), activity_regularizer=d.penalty()))


@layer
def Rescaling(d):
    return d.model(d.spatial(d.randint(0, 2)) + [d.channels()],
                   d.L.Rescaling(d.uniform(-2, 2), offset=d.choice([0.0, -1.0, 0.3]),
                                 activity_regularizer=d.penalty()))


def merge_layer(name):
    def build(d):
        shape = d.spatial(d.randint(0, 2)) + [d.channels()]
        count = 2 if name == "Subtract" else d.randint(2, 4)
        shapes = [shape] * count
        if d.flag():  # Keras broadcasts ones, and aligns smaller ranks in its own way
            shapes = [[n if d.random() < 0.7 else 1 for n in shape] for _ in shapes]
            if d.flag() and len(shape) > 1:
                shapes[d.randrange(count)] = shape[-d.randint(1, len(shape) - 1):]
        return d.merge(shapes, getattr(d.L, name)(activity_regularizer=d.penalty()))
    named(name, build)


for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    merge_layer(kind)


@layer
def Concatenate(d):
    shape = d.spatial(d.randint(0, 2)) + [d.channels()]
    axis = d.randint(1, len(shape))
    shapes = [[d.size() if i + 1 == axis else n for i, n in enumerate(shape)] for _ in range(d.randint(2, 4))]
    return d.merge(shapes, d.L.Concatenate(axis=d.choice([axis, axis - len(shape) - 1]),
                                           activity_regularizer=d.penalty()))


@layer
def Dot(d):
    a, b, c = d.size(), d.size(), d.size()
    shapes, axes = d.choice([([[a], [a]], 1), ([[a], [a]], -1), ([[a, b], [c, b]], 2), ([[a, b], [b, c]], (2, 1)),
                             ([[a, b], [a, c]], 1), ([[a, b], [b]], (2, 1)), ([[a], [a, c]], 1),
                             ([[a, b, c], [2, b]], (2, 2)), ([[a, b], [2, c, b]], (2, 3))])
    return d.merge(shapes, d.L.Dot(axes=axes, normalize=d.random() < 0.3, activity_regularizer=d.penalty()))


@layer
def Embedding(d):
    rows = d.randint(2, 12)
    model = d.model(d.choice([[], [d.size()], [d.size(), d.size(4)]]),
                    d.L.Embedding(rows, d.channels(), embeddings_regularizer=d.penalty(0.3),
                                  activity_regularizer=d.penalty()), dtype=d.choice(["int32", "float32"]))
    model.index_below = rows
    return model


@layer
def Identity(d):
    # Keras cannot save an Identity that has a regularizer of its own.
    return d.model(d.spatial(2), d.L.Identity(),
                   d.L.ActivityRegularization(d.coefficient(), d.coefficient()))


@layer
def TimeDistributed(d):
    steps, n, c = d.size(5), d.size(6), d.size(4)
    k = d.randint(1, min(3, n))
    inner, shape = d.choice([
        (lambda: d.L.Dense(d.size(), activation=d.activation(), activity_regularizer=d.penalty()), [c]),
        (lambda: d.L.Conv2D(d.size(), k, padding="same", activation=d.activation()), [n, n, c]),
        (lambda: d.L.Conv1D(d.size(), k, strides=d.choice([1, 2]), padding=d.choice(["valid", "causal"])), [n, c]),
        (lambda: d.L.MaxPooling2D(k, padding="same"), [n, n, c]), (lambda: d.L.AveragePooling1D(k), [n, c]),
        (lambda: d.L.GlobalAveragePooling2D(), [n, n, c]), (lambda: d.L.Flatten(), [n, c]),
        (lambda: d.L.Reshape((c, n)), [n, c]), (lambda: d.L.BatchNormalization(), [n, c]),
        (lambda: d.L.Permute((2, 1)), [n, c]), (lambda: d.L.LayerNormalization(), [n, c]),
        (lambda: d.L.Activation("softmax"), [n, c]), (lambda: d.L.DepthwiseConv2D(k), [n, n, c]),
        (lambda: d.L.ZeroPadding2D((1, 2)), [n, n, c]),
        (lambda: d.L.SeparableConv2D(d.size(), k, padding="same"), [n, n, c]),
        (lambda: d.L.Conv2DTranspose(d.size(), k, strides=d.choice([1, 2])), [n, n, c]),
        (lambda: d.L.UpSampling2D(2, interpolation=d.choice(["nearest", "bilinear"])), [n, n, c]),
        (lambda: d.L.Cropping1D((0, n - 1)), [n, c]), (lambda: d.L.RepeatVector(d.size(4)), [c]),
        (lambda: d.L.PReLU(), [n, c]), (lambda: d.L.ReLU(6.0, 0.1, 0.5), [n, c]),
        (lambda: d.L.GroupNormalization(1), [n, c]), (lambda: d.L.UnitNormalization(), [n, c]),
        (lambda: d.L.Rescaling(0.5, 1.0), [n, c]), (lambda: d.L.Dropout(0.5), [n, c]),
        (lambda: d.L.EinsumDense("ab,bc->ac", output_shape=d.size()), [c])])
    return d.model([steps, *shape], d.L.TimeDistributed(inner(), activity_regularizer=d.penalty()),
                   d.L.ActivityRegularization(d.coefficient()))
