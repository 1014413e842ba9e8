// Enums and attributes of the kreg dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_ATTRS_TD
#define KREG_ATTRS_TD

include "dialect/IR/KregBase.td"

class Kreg_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Kreg_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

class Kreg_Enum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::mlir::kreg";
}

//===----------------------------------------------------------------------===//
// Penalties
//===----------------------------------------------------------------------===//

def Kreg_Norm : Kreg_Enum<"Norm", "what a penalty is divided by", [
  I32EnumCase<"None", 0, "none">,
  I32EnumCase<"Batch", 1, "batch">
]>;
def Kreg_NormAttr : EnumAttr<Kreg_Dialect, Kreg_Norm, "norm">;

def Kreg_L1L2Attr : Kreg_Attr<"L1L2", "l1l2"> {
  let summary = "the regularizer l1·Σ|x| + l2·Σx²";
  let description = [{
    Coefficients are doubles as the file has them; Keras casts them to the
    tensor's element type before it multiplies (keras-semantics, regularizers).
  }];
  let parameters = (ins "FloatAttr":$l1, "FloatAttr":$l2);
  let builders = [AttrBuilder<(ins "double":$l1, "double":$l2), [{
    Type f64 = Float64Type::get($_ctxt);
    return $_get($_ctxt, FloatAttr::get(f64, l1), FloatAttr::get(f64, l2));
  }]>];
  let assemblyFormat = "`<` custom<Coefficient>($l1) `,` custom<Coefficient>($l2) `>`";
  let extraClassDeclaration = [{
    double l1() const { return getL1().getValueAsDouble(); }
    double l2() const { return getL2().getValueAsDouble(); }
    bool isZero() const { return l1() == 0.0 && l2() == 0.0; }
  }];
}

def Kreg_OrthogonalMode : Kreg_Enum<"OrthogonalMode", "the vectors of a matrix", [
  I32EnumCase<"Rows", 0, "rows">,
  I32EnumCase<"Columns", 1, "columns">
]>;

def Kreg_OrthogonalAttr : Kreg_Attr<"Orthogonal", "orthogonal"> {
  let summary = "the regularizer factor · mean of |cos| over the pairs of rows or columns";
  let description = [{
    Of a matrix with vectors v1 … vn: each is scaled to u = v·min(1/‖v‖, 10⁷);
    the penalty is factor·½·Σ|ui·uj| over i ≠ j, divided by n(n-1)/2. One vector
    has no pairs: the penalty is NaN, as in Keras.
  }];
  let parameters = (ins "FloatAttr":$factor, "OrthogonalMode":$mode);
  let builders = [AttrBuilder<(ins "double":$factor, "OrthogonalMode":$mode), [{
    return $_get($_ctxt, FloatAttr::get(Float64Type::get($_ctxt), factor), mode);
  }]>];
  let assemblyFormat = "`<` custom<Coefficient>($factor) `,` $mode `>`";
  let extraClassDeclaration = [{
    double factor() const { return getFactor().getValueAsDouble(); }
  }];
}

//===----------------------------------------------------------------------===//
// Functions of one and two numbers
//===----------------------------------------------------------------------===//

// An op that prints a kind itself writes `` before it: the kind brings its own
// space, which `#kreg<unary relu>` needs.

// Parameters (in this order) in brackets; formulas in docs/reference/kreg.md.
def Kreg_UnaryKind : Kreg_Enum<"UnaryKind", "a function of one number", [
  I32EnumCase<"Relu", 0, "relu">,                // max(x, 0)
  I32EnumCase<"Relu6", 1, "relu6">,              // min(max(x, 0), 6)
  I32EnumCase<"LeakyRelu", 2, "leaky_relu">,     // x >= 0 ? x : a·x                [a]
  I32EnumCase<"ClippedRelu", 3, "clipped_relu">, // ReLU layer  [negative_slope, threshold, max_value]
  I32EnumCase<"Elu", 4, "elu">,                  // x > 0 ? x : a·(eˣ - 1)          [a]
  I32EnumCase<"Gelu", 5, "gelu">,                // x/2·(1 + erf(x/√2))
  I32EnumCase<"GeluTanh", 6, "gelu_tanh">,       // x/2·(1 + tanh(√(2/π)(x + 0.044715x³)))
  I32EnumCase<"Sigmoid", 7, "sigmoid">,          // 1/(1 + e⁻ˣ)
  I32EnumCase<"Tanh", 8, "tanh">,
  I32EnumCase<"Silu", 9, "silu">,                // x·sigmoid(x)
  I32EnumCase<"Exp", 10, "exp">,
  I32EnumCase<"Abs", 11, "abs">,
  I32EnumCase<"Neg", 12, "neg">,
  I32EnumCase<"Square", 13, "square">,
  I32EnumCase<"Sqrt", 14, "sqrt">,
  I32EnumCase<"Log", 15, "log">,
  I32EnumCase<"Selu", 16, "selu">,               // s·(x > 0 ? x : a·(eˣ - 1))      [s, a]
  I32EnumCase<"Celu", 17, "celu">,               // x > 0 ? x : a·(e^(x/a) - 1)     [a]
  I32EnumCase<"HardSigmoid", 18, "hard_sigmoid">,// clip(a·x + b, 0, 1)             [a, b]
  I32EnumCase<"HardSilu", 19, "hard_silu">,      // x·clip(x/6 + 1/2, 0, 1)
  I32EnumCase<"Softplus", 20, "softplus">,       // log(1 + eˣ)
  I32EnumCase<"Softsign", 21, "softsign">,       // x/(1 + |x|)
  I32EnumCase<"Mish", 22, "mish">,               // x·tanh(softplus(x))
  I32EnumCase<"LogSigmoid", 23, "log_sigmoid">,  // -softplus(-x)
  I32EnumCase<"Step", 24, "step">,               // x > 0 ? 1 : 0; NaN of NaN
  I32EnumCase<"Sign", 25, "sign">,               // -1, 0 or 1; NaN of NaN
  I32EnumCase<"Erf", 26, "erf">,
  I32EnumCase<"Clip", 27, "clip">,               // min(max(x, a), b)               [a, b]
  I32EnumCase<"Threshold", 28, "threshold">      // x > a ? x : b; b of NaN         [a, b]
]>;
def Kreg_UnaryKindAttr : EnumAttr<Kreg_Dialect, Kreg_UnaryKind, "unary"> {
  let assemblyFormat = "$value";
}

def Kreg_BinaryKind : Kreg_Enum<"BinaryKind", "a function of two numbers", [
  I32EnumCase<"Add", 0, "add">,
  I32EnumCase<"Sub", 1, "sub">,
  I32EnumCase<"Mul", 2, "mul">,
  I32EnumCase<"Div", 3, "div">,
  I32EnumCase<"Max", 4, "max">,
  I32EnumCase<"Min", 5, "min">
]>;
def Kreg_BinaryKindAttr : EnumAttr<Kreg_Dialect, Kreg_BinaryKind, "binary"> {
  let assemblyFormat = "$value";
}

def Kreg_PoolKind : Kreg_Enum<"PoolKind", "how a pooling window is reduced", [
  I32EnumCase<"Max", 0, "max">,
  I32EnumCase<"Avg", 1, "avg">  // divided by the number of in-bounds elements
]>;
def Kreg_PoolKindAttr : EnumAttr<Kreg_Dialect, Kreg_PoolKind, "pool"> {
  let assemblyFormat = "$value";
}

def Kreg_ReduceKind : Kreg_Enum<"ReduceKind", "how dimensions are reduced", [
  I32EnumCase<"Sum", 0, "sum">,
  I32EnumCase<"Mean", 1, "mean">,
  I32EnumCase<"Max", 2, "max">,
  I32EnumCase<"Min", 3, "min">
]>;
def Kreg_ReduceKindAttr : EnumAttr<Kreg_Dialect, Kreg_ReduceKind, "reduce"> {
  let assemblyFormat = "$value";
}

def Kreg_ResizeKind : Kreg_Enum<"ResizeKind", "how elements are interpolated", [
  I32EnumCase<"Bilinear", 0, "bilinear">
]>;
def Kreg_ResizeKindAttr : EnumAttr<Kreg_Dialect, Kreg_ResizeKind, "resize"> {
  let assemblyFormat = "$value";
}

def Kreg_NoiseKind : Kreg_Enum<"NoiseKind", "the noise of a layer in training", [
  I32EnumCase<"GaussianNoise", 0, "gaussian_noise">,
  I32EnumCase<"GaussianDropout", 1, "gaussian_dropout">,
  I32EnumCase<"AlphaDropout", 2, "alpha_dropout">
]>;
def Kreg_NoiseKindAttr : EnumAttr<Kreg_Dialect, Kreg_NoiseKind, "noise"> {
  let assemblyFormat = "$value";
}

def Kreg_NormalizeKind : Kreg_Enum<"NormalizeKind", "what a normalisation divides by", [
  I32EnumCase<"Standard", 0, "standard">, // the deviation, the mean subtracted
  I32EnumCase<"Rms", 1, "rms">,           // the root of the mean square
  I32EnumCase<"L2", 2, "l2">              // the Euclidean norm
]>;
def Kreg_NormalizeKindAttr : EnumAttr<Kreg_Dialect, Kreg_NormalizeKind, "normalize"> {
  let assemblyFormat = "$value";
}

def Kreg_RandomKind : Kreg_Enum<"RandomKind", "a distribution", [
  I32EnumCase<"Uniform", 0, "uniform">, // a multiple of 2^-24 in (0, 1]
  I32EnumCase<"Normal", 1, "normal">    // N(0, 1)
]>;
def Kreg_RandomKindAttr : EnumAttr<Kreg_Dialect, Kreg_RandomKind, "random"> {
  let assemblyFormat = "$value";
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

def Kreg_Family : Kreg_Enum<"Family", "the loop nest that a kernel's anchor is", [
  I32EnumCase<"Elementwise", 0, "elementwise">,
  I32EnumCase<"Contraction", 1, "contraction">,   // dense, conv: Σ over a long axis, weights packed
  I32EnumCase<"Depthwise", 2, "depthwise">,       // window, no sum over channels
  I32EnumCase<"Pooling", 3, "pooling">,
  I32EnumCase<"Reduction", 4, "reduction">,       // global pooling, softmax rows
  I32EnumCase<"Data", 5, "data">,                 // pad, transpose, concat: moves only
  I32EnumCase<"Accumulation", 6, "accumulation">  // gradients of weights: Σ over batch and space
]>;
def Kreg_FamilyAttr : EnumAttr<Kreg_Dialect, Kreg_Family, "family"> {
  let assemblyFormat = "$value";
}

def Kreg_ScheduleAttr : Kreg_Attr<"Schedule", "schedule"> {
  let summary = "how a kernel is to be run on the target, in Halide's terms";
  let description = [{
    Chosen by `kreg-select-schedules` from the target description; the Halide
    back end only obeys. `vector` is the number of float32 lanes; a register
    tile is `vectors` vectors of channels by `points` output points; `strip` is
    the number of output rows (or row tiles) computed per task, whose input
    stays in L2 (of an accumulation: how the reduction is cut into blocks, whose
    sums are added up in memory: one reduction loop into blocks of `strip` steps, of
    several the outer `strip` count blocks; 0: no blocks); `order` says which of the two tile dimensions is the inner
    one; `parallel` is the loop depth that tasks are made of (0: serial; of an
    accumulation in blocks 1: blocks of channels, 2: shares of the batch).
  }];
  let parameters = (ins
    "Family":$family,
    DefaultValuedParameter<"int64_t", "8">:$vector,
    DefaultValuedParameter<"int64_t", "1">:$vectors,
    DefaultValuedParameter<"int64_t", "1">:$points,
    DefaultValuedParameter<"int64_t", "1">:$strip,
    DefaultValuedParameter<"int64_t", "0">:$order,
    DefaultValuedParameter<"int64_t", "1">:$unroll,
    DefaultValuedParameter<"int64_t", "0">:$parallel);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Kreg_PackingAttr : Kreg_Attr<"Packing", "packing"> {
  let summary = "layout of a weight operand: its last dimension in blocks, the block innermost";
  let description = [{
    A weight of logical shape [d0, …, dk, C] is stored as
    [ceil(C/block), d0, …, dk, block], the tail zero-filled. `block` 0: as it is.
  }];
  let parameters = (ins "int64_t":$block);
  let assemblyFormat = "`<` $block `>`";
}

#endif // KREG_ATTRS_TD
