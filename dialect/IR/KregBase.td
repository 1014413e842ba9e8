// The kreg dialect and the base classes of its ops.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREG_BASE_TD
#define KREG_BASE_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kreg_Dialect : Dialect {
  let name = "kreg";
  let cppNamespace = "::mlir::kreg";
  let summary = "Keras models whose activity penalties are part of the program";
  let description = [{
    A `kreg.model` is one Keras model. In *layer form* its body is a list of
    `kreg.layer` ops, one per call of a Keras layer, each with the layer's
    `call` as its region and its `activity_regularizer` as an attribute: run
    the body, then penalise each output, exactly as `Layer.__call__` does. In
    *penalty form* the layers are dissolved into core ops and each penalty is a
    `kreg.penalty` op whose value the model returns. In *kernel form* the core
    ops have become `kreg.kernel` ops with linalg inside.

    Tensors are `tensor<?x…xf32>`, channels last; dimension 0 is the batch and
    is the only dynamic one. Weights are `kreg.variable` symbols.

    Version log of the dialect's bytecode:
      1.0  first version
      1.1  `orthogonal` of `kreg.layer` and `kreg.variable`
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    /// Versions of bytecode (KregBytecode.cpp).
    void addBytecodeInterface();
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

//===----------------------------------------------------------------------===//
// Types of operands
//===----------------------------------------------------------------------===//

def Kreg_Tensor : RankedTensorOf<[F32, F64, I32]> {
  let description = "a value of the model; dimension 0 is the batch";
}
def Kreg_FloatTensor : RankedTensorOf<[F32, F64]>;

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

class Kreg_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kreg_Dialect, mnemonic, traits>;

/// A pure core op whose result type follows from its operands and attributes.
class Kreg_CoreOp<string mnemonic, list<Trait> traits = []>
    : Kreg_Op<mnemonic, traits # [
        Pure, InferTypeOpAdaptor]>;

/// A pure core op whose result has the type of its operand.
class Kreg_SameTypeCoreOp<string mnemonic, list<Trait> traits = []>
    : Kreg_Op<mnemonic, traits # [Pure, SameOperandsAndResultType]>;

/// A pure core op whose result type is written down (reshape, pad …).
class Kreg_TypedCoreOp<string mnemonic, list<Trait> traits = []>
    : Kreg_Op<mnemonic, traits # [Pure]>;

#endif // KREG_BASE_TD
