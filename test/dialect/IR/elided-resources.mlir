// Weights are resources, which a limit leaves out of what is printed; without
// one they come back as they were.
// RUN: kreg-opt %s -mlir-elide-resource-strings-if-larger=8 | FileCheck %s
// RUN: kreg-opt %s | FileCheck %s --check-prefix=WHOLE
// RUN: kreg-opt %s -emit-bytecode | kreg-opt | FileCheck %s --check-prefix=WHOLE

// CHECK: kreg.variable @w trainable : tensor<3xf32> = dense_resource<w> : tensor<3xf32>
// CHECK-NOT: 0000803F
kreg.variable @w trainable : tensor<3xf32> = dense_resource<w> : tensor<3xf32>

// WHOLE: w: "0x040000000000803F0000004000004040"
{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803f0000004000004040"
    }
  }
#-}
