#!/usr/bin/env python3
"""Records what Keras' optimizers, schedules, constraints and regularizers do.

usage: record-optimizers.py OUT.npz   (needs Keras 3; OptimizersTest reads OUT)

`start` and `gradients` ([step, 16]) are shared: a kernel [3, 4], then a bias
[4]. For each case: `<case>/weights` after each step, `<case>/slots` after the
last one, in the order of optimizer.variables without iteration and rate.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

import numpy as np
import keras
from keras import optimizers, constraints, regularizers
from keras.optimizers import schedules

STEPS = 7
rng = np.random.default_rng(7)
start = rng.normal(size=16).astype("float32")
gradients = rng.normal(size=(STEPS, 16)).astype("float32")
gradients[2, :3] = 0
gradients[4] *= 30  # clipping must matter
gradients[5] *= 0.01

OPTIMIZERS = {
    "sgd": lambda **k: optimizers.SGD(0.1, **k),
    "sgd_momentum": lambda **k: optimizers.SGD(0.1, momentum=0.9, **k),
    "sgd_nesterov": lambda **k: optimizers.SGD(0.1, momentum=0.8, nesterov=True, **k),
    "rmsprop": lambda **k: optimizers.RMSprop(0.05, rho=0.8, **k),
    "rmsprop_momentum": lambda **k: optimizers.RMSprop(0.05, momentum=0.7, **k),
    "rmsprop_centered": lambda **k: optimizers.RMSprop(0.05, centered=True, epsilon=1e-3, **k),
    "rmsprop_all": lambda **k: optimizers.RMSprop(0.05, centered=True, momentum=0.5, epsilon=1e-3, **k),
    "adam": lambda **k: optimizers.Adam(0.1, **k),
    "adam_amsgrad": lambda **k: optimizers.Adam(0.1, beta_1=0.8, beta_2=0.9, amsgrad=True, **k),
    "adamw": lambda **k: optimizers.AdamW(0.1, weight_decay=0.1, **k),
    "adagrad": lambda **k: optimizers.Adagrad(0.1, initial_accumulator_value=0.2, **k),
    "adadelta": lambda **k: optimizers.Adadelta(1.0, epsilon=1e-3, **k),
    "adamax": lambda **k: optimizers.Adamax(0.1, **k),
    "nadam": lambda **k: optimizers.Nadam(0.1, **k),
    "lion": lambda **k: optimizers.Lion(0.01, **k),
    "ftrl": lambda **k: optimizers.Ftrl(0.1, l1_regularization_strength=0.05, l2_regularization_strength=0.1,
                                        l2_shrinkage_regularization_strength=0.01, beta=0.3, **k),
    "ftrl_power": lambda **k: optimizers.Ftrl(0.1, learning_rate_power=-0.3, **k),
}
CASES = dict(OPTIMIZERS)
for name, options in {
    "clipnorm": {"clipnorm": 0.5},
    "global_clipnorm": {"global_clipnorm": 1.5},
    "clipvalue": {"clipvalue": 0.25},
    "decay": {"weight_decay": 0.3},
    "ema": {"use_ema": True, "ema_momentum": 0.7},
    "ema_overwrite": {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3},
    "accumulation": {"gradient_accumulation_steps": 3},
    "everything": {"gradient_accumulation_steps": 2, "use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 2,
                   "weight_decay": 0.2, "global_clipnorm": 0.8},
}.items():
    for base in ("sgd_momentum", "adam", "nadam") if name in ("accumulation", "everything") else ("adam",):
        CASES[f"{base}+{name}"] = lambda base=base, options=options: OPTIMIZERS[base](**options)

SCHEDULES = {
    "exponential": schedules.ExponentialDecay(0.1, 3, 0.5),
    "exponential_staircase": schedules.ExponentialDecay(0.1, 3, 0.5, staircase=True),
    "inverse_time": schedules.InverseTimeDecay(0.1, 4, 0.7),
    "inverse_time_staircase": schedules.InverseTimeDecay(0.1, 4, 0.7, staircase=True),
    "polynomial": schedules.PolynomialDecay(0.1, 10, 0.01, power=1.7),
    "polynomial_cycle": schedules.PolynomialDecay(0.1, 10, 0.01, power=0.5, cycle=True),
    "piecewise": schedules.PiecewiseConstantDecay([4, 9, 20], [0.1, 0.05, 0.02, 0.01]),
    "cosine": schedules.CosineDecay(0.1, 30, alpha=0.1),
    "cosine_warmup": schedules.CosineDecay(0.01, 30, alpha=0.1, warmup_target=0.1, warmup_steps=6),
    "restarts": schedules.CosineDecayRestarts(0.1, 5, t_mul=2.0, m_mul=0.8, alpha=0.05),
    "restarts_equal": schedules.CosineDecayRestarts(0.1, 6, t_mul=1.0, m_mul=0.9),
}
CONSTRAINTS = {
    "max_norm": constraints.MaxNorm(0.9, axis=0),
    "max_norm_all": constraints.MaxNorm(0.9, axis=[0, 1]),
    "max_norm_last": constraints.MaxNorm(0.9, axis=1),
    "non_neg": constraints.NonNeg(),
    "unit_norm": constraints.UnitNorm(axis=0),
    "min_max_norm": constraints.MinMaxNorm(0.8, 1.2, rate=0.6, axis=0),
}
REGULARIZERS = {
    "l1": regularizers.L1(0.05),
    "l2": regularizers.L2(0.07),
    "l1l2": regularizers.L1L2(0.05, 0.07),
    "orthogonal_rows": regularizers.OrthogonalRegularizer(0.3, mode="rows"),
    "orthogonal_columns": regularizers.OrthogonalRegularizer(0.3, mode="columns"),
}


def variables(constraint=None):
    kernel = keras.Variable(start[:12].reshape(3, 4), name="kernel")
    bias = keras.Variable(start[12:], name="bias")
    kernel.constraint = constraint
    return [kernel, bias]


def flat(tensors):
    return np.concatenate([np.asarray(t).ravel() for t in tensors]).astype("float32")


def train(optimizer, weights):
    trace = []
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g[:12].reshape(3, 4)), keras.ops.convert_to_tensor(g[12:])], weights)
        trace.append(flat(weights))
    skip = 1 if isinstance(optimizer._learning_rate, schedules.LearningRateSchedule) else 2
    slots = optimizer.variables[skip:]
    return np.stack(trace), flat(slots) if slots else np.zeros(0, "float32")


def penalty_gradient(regularizer):
    import tensorflow as tf

    w = tf.Variable(start[:12].reshape(3, 4))
    with tf.GradientTape() as tape:
        value = regularizer(w)
    return np.float64(value), tape.gradient(value, w).numpy()


def main(path):
    out = {"start": start, "gradients": gradients}
    for name, make in CASES.items():
        out[f"{name}/weights"], out[f"{name}/slots"] = train(make(), variables())
    for name, schedule in SCHEDULES.items():
        out[f"schedule/{name}"] = np.array([float(schedule(step)) for step in range(41)], "float32")
    out["sgd+schedule/weights"], _ = train(optimizers.SGD(SCHEDULES["exponential"]), variables())
    for name, constraint in CONSTRAINTS.items():
        out[f"constraint/{name}"], _ = train(optimizers.SGD(0.1), variables(constraint))
    for name, regularizer in REGULARIZERS.items():
        out[f"regularizer/{name}/value"], out[f"regularizer/{name}/gradient"] = penalty_gradient(regularizer)
    np.savez_compressed(path, **out)
    print(len(out), "arrays from Keras", keras.__version__)


if __name__ == "__main__":
    main(sys.argv[1])
