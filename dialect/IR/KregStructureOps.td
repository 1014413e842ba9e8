// Models, layers, weights, penalties and kernels: the ops that give a module
// its form. The arithmetic of Keras layers is in the other three files: about
// thirty ops serve a hundred layers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_STRUCTURE_OPS_TD
#define KREG_STRUCTURE_OPS_TD

include "dialect/IR/KregAttrs.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

//===----------------------------------------------------------------------===//
// model, return
//===----------------------------------------------------------------------===//

def Kreg_ModelOp : Kreg_Op<"model", [FunctionOpInterface, IsolatedFromAbove]> {
  let summary = "a Keras model: a function from input tensors to outputs and penalties";
  let description = [{
    Arguments are the model's inputs, results its outputs in the order of the
    file. Argument attribute `kreg.name` is the input layer's name, result
    attribute `kreg.name` the name of the layer that makes the output.
    `mode` is set once the model is specialised (`inference`).

    Constraints:
    * (C1) the body ends with `kreg.return` whose outputs have the result types.
    * (C2) only dimension 0 of an argument may be dynamic.

    Example:
    ```mlir
    kreg.model @tiny(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.unary relu %x : tensor<?x4xf32>
      %p = kreg.penalty %y, <0.01, 0.0> per batch : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32> penalties %p
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<StrAttr>:$sym_visibility,
                       OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let builders = [OpBuilder<(ins "StringRef":$name, "FunctionType":$type)>];
  let hasCustomAssemblyFormat = 1; // a function signature
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ArrayRef<Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ArrayRef<Type> getResultTypes() { return getFunctionType().getResults(); }
    Region *getCallableRegion() { return &getBody(); }
  }];
}

def Kreg_ReturnOp : Kreg_Op<"return", [Pure, Terminator, HasParent<"ModelOp">,
                                       AttrSizedOperandSegments]> {
  let summary = "ends a model with its outputs and its penalties";
  let description = [{
    `penalties` are float64 scalars, one per live activity penalty, in the
    order of `kregc inspect`. What a caller of the model observes is exactly
    the outputs and these values; `kreg-merge-penalties` narrows that to their
    sum, which is what enters a loss.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %p = kreg.penalty %x, <0.01, 0.0> per batch : tensor<?x4xf32>
      kreg.return %x : tensor<?x4xf32> penalties %p
    }
    ```
  }];
  let arguments = (ins Variadic<Kreg_Tensor>:$outputs, Variadic<F64>:$penalties);
  let assemblyFormat = [{
    ($outputs^ `:` type($outputs))? (`penalties` $penalties^)? attr-dict
  }];
}

//===----------------------------------------------------------------------===//
// layer, yield
//===----------------------------------------------------------------------===//

def Kreg_LayerOp : Kreg_Op<"layer", [SingleBlock, NoRegionArguments,
                                     RecursiveMemoryEffects]> {
  let summary = "one call of a Keras layer: run the body, then penalise each output";
  let description = [{
    The region is the layer's `call`; its `kreg.yield` gives the outputs. With
    `penalised R per N` each output adds one penalty to the model, after the
    body (that is, after the activation), as `Layer.__call__` does.
    `call` counts the calls of a shared layer from 0. The regularizer R is
    `<l1, l2>` or `orthogonal <factor, mode>`.

    Constraints:
    * (C1) the yielded types are the result types.
    * (C2) there is at most one regularizer.

    Example:
    ```mlir
    kreg.model @attached(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.layer "re_lu" ReLU penalised <0.0, 0.01> per batch {
        %0 = kreg.unary relu %x : tensor<?x4xf32>
        kreg.yield %0 : tensor<?x4xf32>
      } : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins StrAttr:$layer_name, StrAttr:$class_name,
                       DefaultValuedAttr<I64Attr, "0">:$call,
                       OptionalAttr<Kreg_L1L2Attr>:$regularizer,
                       OptionalAttr<Kreg_OrthogonalAttr>:$orthogonal,
                       DefaultValuedAttr<Kreg_NormAttr, "::mlir::kreg::Norm::Batch">:$norm);
  let results = (outs Variadic<Kreg_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1; // the class name is a bare word
  let hasRegionVerifier = 1;
  let useCustomPropertiesEncoding = 1; // bytecode 1.0 has no `orthogonal`
}

def Kreg_YieldOp : Kreg_Op<"yield", [Pure, Terminator, ReturnLike,
                                     ParentOneOf<["LayerOp", "KernelOp"]>]> {
  let summary = "ends a layer's or a kernel's body with its results";
  let description = [{
    Of a layer these are the outputs; of a kernel tensors, then penalty sums.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y = kreg.layer "identity" Activation {
        kreg.yield %x : tensor<?x4xf32>
      } : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

//===----------------------------------------------------------------------===//
// variable, read
//===----------------------------------------------------------------------===//

def Kreg_VariableOp : Kreg_Op<"variable", [Symbol]> {
  let summary = "a weight of the model, by its Keras path";
  let description = [{
    `value` is a dense resource (never printed in full) or absent for a file
    without weights. `regularizer` or `orthogonal` is the weight penalty; never
    divided by the batch.

    Constraints:
    * (C1) the value has the variable's type.
    * (C2) there is at most one regularizer, and `orthogonal` is that of a matrix.

    Example:
    ```mlir
    kreg.variable @"dense/kernel" trainable : tensor<4x2xf32> = dense<0.5> : tensor<4x2xf32>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$sym_visibility,
                       TypeAttrOf<AnyStaticShapeTensor>:$type, UnitAttr:$trainable,
                       OptionalAttr<Kreg_L1L2Attr>:$regularizer,
                       OptionalAttr<Kreg_OrthogonalAttr>:$orthogonal,
                       OptionalAttr<ElementsAttr>:$value);
  let assemblyFormat = [{
    $sym_name (`trainable` $trainable^)? (`penalised` $regularizer^)?
    (`orthogonal` $orthogonal^)? `:` $type
    (`=` $value^)? attr-dict
  }];
  let hasVerifier = 1;
  let useCustomPropertiesEncoding = 1; // bytecode 1.0 has no `orthogonal`
}

def Kreg_ReadOp : Kreg_Op<"read", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the present value of a weight";
  let description = [{
    Constraints:
    * (C1) the symbol is that of a `kreg.variable`.
    * (C2) the type is the variable's.

    Example:
    ```mlir
    kreg.variable @bias trainable : tensor<4xf32>
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %b = kreg.read @bias : tensor<4xf32>
      %y = kreg.binary add %x, %b : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$variable);
  let results = (outs Kreg_Tensor:$value);
  let assemblyFormat = "$variable `:` type($value) attr-dict";
}

//===----------------------------------------------------------------------===//
// penalty
//===----------------------------------------------------------------------===//

def Kreg_PenaltyOp : Kreg_Op<"penalty", [Pure]> {
  let summary = "an activity penalty: l1·Σ|x| + l2·Σx², divided by the batch if it says so";
  let description = [{
    The sum runs over all elements, masked ones too. `per batch` divides by
    dimension 0 of the tensor itself; an empty batch gives 0 (Keras'
    `divide_no_nan`). Coefficients are rounded to the element type first.

    Constraints:
    * (C1) the input has rank 1 or more when normalised by batch.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %p = kreg.penalty %x, <0.01, 0.02> per batch : tensor<?x4xf32>
      kreg.return %x : tensor<?x4xf32> penalties %p
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$input, Kreg_L1L2Attr:$regularizer, Kreg_NormAttr:$norm);
  let results = (outs F64:$value);
  let assemblyFormat = "$input `,` $regularizer `per` `` $norm `:` type($input) attr-dict";
  let hasVerifier = 1;
  let hasFolder = 1; // zero coefficients: the constant 0
}

def Kreg_OrthogonalPenaltyOp : Kreg_Op<"orthogonal_penalty", [Pure]> {
  let summary = "how far the rows or columns of a matrix are from orthogonal";
  let description = [{
    The formula is that of `#kreg.orthogonal`; the rows are the samples of the
    batch. `per batch` divides by dimension 0; an empty batch gives 0. The
    factor is rounded to the element type first.

    Constraints:
    * (C1) the input has rank 2.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %p = kreg.orthogonal_penalty %x, <0.05, columns> per batch : tensor<?x4xf32>
      kreg.return %x : tensor<?x4xf32> penalties %p
    }
    ```
  }];
  let arguments = (ins Kreg_FloatTensor:$input, Kreg_OrthogonalAttr:$regularizer,
                       Kreg_NormAttr:$norm);
  let results = (outs F64:$value);
  let assemblyFormat = "$input `,` $regularizer `per` `` $norm `:` type($input) attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// kernel form
//===----------------------------------------------------------------------===//

def Kreg_KernelOp : Kreg_Op<"kernel", [IsolatedFromAbove, SingleBlock,
                                       RecursiveMemoryEffects]> {
  let summary = "what becomes one Halide pipeline: an anchor with its neighbours and penalty sums";
  let description = [{
    Operands are tensors (block arguments of the body in the same order);
    results are tensors and, after them, raw penalty sums (f64, not yet divided
    by the batch). `packings` gives the layout of each operand
    (`#kreg.packing<0>`: as it is). Batches up to `small_batch` run a second
    build of the same body under `small_schedule` (same packings). Before `convert-kreg-to-linalg` the body
    holds core ops, after it linalg, tensor, arith and math ops.

    Constraints:
    * (C1) the block arguments have the operands' types.
    * (C2) the yielded types are the result types.
    * (C3) there are no packings or one per operand.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y, %s = kreg.kernel "relu" (%a = %x : tensor<?x4xf32>) {
        %0 = kreg.unary relu %a : tensor<?x4xf32>
        %1 = kreg.penalty %0, <0.01, 0.0> per none : tensor<?x4xf32>
        kreg.yield %0, %1 : tensor<?x4xf32>, f64
      } : tensor<?x4xf32>, f64
      %p = kreg.divide_by_batch %s by %y : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32> penalties %p
    }
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, StrAttr:$kernel_name,
                       OptionalAttr<Kreg_ScheduleAttr>:$schedule,
                       OptionalAttr<Kreg_ScheduleAttr>:$small_schedule,
                       OptionalAttr<I64Attr>:$small_batch,
                       OptionalAttr<ArrayAttr>:$packings);
  let results = (outs Variadic<AnyType>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1; // operands are printed beside the block arguments
  let hasRegionVerifier = 1;
}

def Kreg_DivideByBatchOp : Kreg_Op<"divide_by_batch", [Pure]> {
  let summary = "a raw penalty sum divided by dimension 0 of a tensor; 0 for an empty batch";
  let description = [{
    Constraints:
    * (C1) the tensor has rank 1 or more.

    Example:
    ```mlir
    kreg.model @example(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      %y, %s = kreg.kernel "relu" (%a = %x : tensor<?x4xf32>) {
        %0 = kreg.unary relu %a : tensor<?x4xf32>
        %1 = kreg.penalty %0, <0.01, 0.0> per none : tensor<?x4xf32>
        kreg.yield %0, %1 : tensor<?x4xf32>, f64
      } : tensor<?x4xf32>, f64
      %p = kreg.divide_by_batch %s by %y : tensor<?x4xf32>
      kreg.return %y : tensor<?x4xf32> penalties %p
    }
    ```
  }];
  let arguments = (ins F64:$sum, AnyRankedTensor:$of);
  let results = (outs F64:$value);
  let hasVerifier = 1;
  let assemblyFormat = "$sum `by` $of `:` type($of) attr-dict";
}

#endif // KREG_STRUCTURE_OPS_TD
