// The question, on the level of the dialect: the penalty on a layer, and the
// same one as a layer of its own. In penalty form both are the same text.
// RUN: split-file %s %t
// RUN: kreg-opt %t/attached.mlir -kreg-penalty-pipeline > %t/attached.out
// RUN: kreg-opt %t/standalone.mlir -kreg-penalty-pipeline > %t/standalone.out
// RUN: kreg-opt %t/after_dropout.mlir -kreg-penalty-pipeline > %t/after_dropout.out
// RUN: kreg-opt %t/on_pooling.mlir -kreg-penalty-pipeline > %t/on_pooling.out
// RUN: diff %t/attached.out %t/standalone.out
// RUN: diff %t/attached.out %t/after_dropout.out
// RUN: not diff %t/attached.out %t/on_pooling.out

// In training the third is another model.
// RUN: kreg-opt %t/attached.mlir -kreg-penalty-pipeline=inference=false > %t/attached.out
// RUN: kreg-opt %t/standalone.mlir -kreg-penalty-pipeline=inference=false > %t/standalone.out
// RUN: kreg-opt %t/after_dropout.mlir -kreg-penalty-pipeline=inference=false > %t/after_dropout.out
// RUN: diff %t/attached.out %t/standalone.out
// RUN: not diff %t/attached.out %t/after_dropout.out

//--- attached.mlir
kreg.model @m(%x: tensor<?x6x6x4xf32>) -> tensor<?x3x3x4xf32> {
  %c = kreg.layer "conv2d" Conv2D penalised <0.01, 0.01> per batch {
    %0 = kreg.unary elu %x params [1.0] : tensor<?x6x6x4xf32>
    kreg.yield %0 : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %d = kreg.layer "dropout" Dropout {
    %0 = kreg.dropout %c rate 0.2 : tensor<?x6x6x4xf32>
    kreg.yield %0 : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %p = kreg.layer "max_pooling2d" MaxPooling2D {
    %0 = kreg.pool max %d window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x6x6x4xf32>) -> tensor<?x3x3x4xf32>
    kreg.yield %0 : tensor<?x3x3x4xf32>
  } : tensor<?x3x3x4xf32>
  kreg.return %p : tensor<?x3x3x4xf32>
}
//--- standalone.mlir
kreg.model @m(%x: tensor<?x6x6x4xf32>) -> tensor<?x3x3x4xf32> {
  %c = kreg.layer "conv2d" Conv2D {
    %0 = kreg.unary elu %x params [1.0] : tensor<?x6x6x4xf32>
    kreg.yield %0 : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %a = kreg.layer "activity_regularization" ActivityRegularization penalised <0.01, 0.01> per batch {
    kreg.yield %c : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %d = kreg.layer "dropout" Dropout {
    %0 = kreg.dropout %a rate 0.2 : tensor<?x6x6x4xf32>
    kreg.yield %0 : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %p = kreg.layer "max_pooling2d" MaxPooling2D {
    %0 = kreg.pool max %d window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x6x6x4xf32>) -> tensor<?x3x3x4xf32>
    kreg.yield %0 : tensor<?x3x3x4xf32>
  } : tensor<?x3x3x4xf32>
  kreg.return %p : tensor<?x3x3x4xf32>
}
//--- after_dropout.mlir
kreg.model @m(%x: tensor<?x6x6x4xf32>) -> tensor<?x3x3x4xf32> {
  %c = kreg.layer "conv2d" Conv2D {
    %0 = kreg.unary elu %x params [1.0] : tensor<?x6x6x4xf32>
    kreg.yield %0 : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %d = kreg.layer "dropout" Dropout {
    %0 = kreg.dropout %c rate 0.2 : tensor<?x6x6x4xf32>
    kreg.yield %0 : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %a = kreg.layer "activity_regularization" ActivityRegularization penalised <0.01, 0.01> per batch {
    kreg.yield %d : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %p = kreg.layer "max_pooling2d" MaxPooling2D {
    %0 = kreg.pool max %a window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x6x6x4xf32>) -> tensor<?x3x3x4xf32>
    kreg.yield %0 : tensor<?x3x3x4xf32>
  } : tensor<?x3x3x4xf32>
  kreg.return %p : tensor<?x3x3x4xf32>
}
//--- on_pooling.mlir
kreg.model @m(%x: tensor<?x6x6x4xf32>) -> tensor<?x3x3x4xf32> {
  %c = kreg.layer "conv2d" Conv2D {
    %0 = kreg.unary elu %x params [1.0] : tensor<?x6x6x4xf32>
    kreg.yield %0 : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %d = kreg.layer "dropout" Dropout {
    %0 = kreg.dropout %c rate 0.2 : tensor<?x6x6x4xf32>
    kreg.yield %0 : tensor<?x6x6x4xf32>
  } : tensor<?x6x6x4xf32>
  %p = kreg.layer "max_pooling2d" MaxPooling2D penalised <0.01, 0.01> per batch {
    %0 = kreg.pool max %d window [2, 2] strides [2, 2] pads [0, 0] to [0, 0] : (tensor<?x6x6x4xf32>) -> tensor<?x3x3x4xf32>
    kreg.yield %0 : tensor<?x3x3x4xf32>
  } : tensor<?x3x3x4xf32>
  kreg.return %p : tensor<?x3x3x4xf32>
}
