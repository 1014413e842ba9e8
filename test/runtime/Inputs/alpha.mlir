// A small CNN in kernel form, with schedules: convolution with penalty, pooling
// with a penalty that is not divided, a view, two outputs, a constant penalty.
// Made by kreg-opt --kreg-form-kernels --convert-kreg-to-linalg.
#map = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 + d4, d2 + d5, d6)>
#map1 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
#map2 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d3)>
#map5 = affine_map<(d0, d1, d2, d3) -> ()>
#map6 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 2 + d4, d2 * 2 + d5, d3)>
#map7 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>
#map8 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>
#map9 = affine_map<(d0, d1, d2) -> (d0, d2)>
#map10 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map11 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map12 = affine_map<(d0, d1) -> (d0, d1)>
#map13 = affine_map<(d0, d1) -> (d0)>
module {
  kreg.variable @"conv/kernel" trainable : tensor<3x3x2x20xf32> = dense<6.250000e-02> : tensor<3x3x2x20xf32>
  kreg.variable @"conv/bias" trainable : tensor<20xf32> = dense<1.250000e-01> : tensor<20xf32>
  kreg.variable @"dense/kernel" trainable : tensor<720x5xf32> = dense<3.125000e-02> : tensor<720x5xf32>
  kreg.model @alpha(%arg0: tensor<?x12x12x2xf32> {kreg.name = "image"}) -> (tensor<?x5xf32> {kreg.name = "dense"}, tensor<?x720xf32> {kreg.name = "flatten"}) attributes {mode = "inference"} {
    %0 = kreg.read @"conv/kernel" : tensor<3x3x2x20xf32>
    %1 = kreg.read @"conv/bias" : tensor<20xf32>
    %2 = kreg.read @"dense/kernel" : tensor<720x5xf32>
    %cst = arith.constant 5.000000e-01 : f64
    %3:2 = kreg.kernel "conv" (%arg1 = %arg0 : tensor<?x12x12x2xf32>, %arg2 = %0 : tensor<3x3x2x20xf32>, %arg3 = %1 : tensor<20xf32>) attributes {schedule = #kreg.schedule<family = contraction, vector = 8, vectors = 2, points = 2, strip = 2, parallel = 1>} {
      %cst_0 = arith.constant 0.000000e+00 : f32
      %padded = tensor.pad %arg1 low[0, 1, 1, 0] high[0, 1, 1, 0] {
      ^bb0(%arg4: index, %arg5: index, %arg6: index, %arg7: index):
        tensor.yield %cst_0 : f32
      } : tensor<?x12x12x2xf32> to tensor<?x14x14x2xf32>
      %c0 = arith.constant 0 : index
      %dim = tensor.dim %arg1, %c0 : tensor<?x12x12x2xf32>
      %9 = tensor.empty(%dim) : tensor<?x12x12x20xf32>
      %10 = linalg.fill ins(%cst_0 : f32) outs(%9 : tensor<?x12x12x20xf32>) -> tensor<?x12x12x20xf32>
      %11 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%padded, %arg2 : tensor<?x14x14x2xf32>, tensor<3x3x2x20xf32>) outs(%10 : tensor<?x12x12x20xf32>) {
      ^bb0(%in: f32, %in_4: f32, %out: f32):
        %19 = arith.mulf %in, %in_4 : f32
        %20 = arith.addf %out, %19 : f32
        linalg.yield %20 : f32
      } -> tensor<?x12x12x20xf32>
      %dim_1 = tensor.dim %11, %c0 : tensor<?x12x12x20xf32>
      %12 = tensor.empty(%dim_1) : tensor<?x12x12x20xf32>
      %13 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%11, %arg3 : tensor<?x12x12x20xf32>, tensor<20xf32>) outs(%12 : tensor<?x12x12x20xf32>) {
      ^bb0(%in: f32, %in_4: f32, %out: f32):
        %19 = arith.addf %in, %in_4 : f32
        linalg.yield %19 : f32
      } -> tensor<?x12x12x20xf32>
      %dim_2 = tensor.dim %13, %c0 : tensor<?x12x12x20xf32>
      %14 = tensor.empty(%dim_2) : tensor<?x12x12x20xf32>
      %15 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%13 : tensor<?x12x12x20xf32>) outs(%14 : tensor<?x12x12x20xf32>) {
      ^bb0(%in: f32, %out: f32):
        %19 = arith.maximumf %in, %cst_0 : f32
        linalg.yield %19 : f32
      } -> tensor<?x12x12x20xf32>
      %cst_3 = arith.constant 0.000000e+00 : f64
      %16 = tensor.empty() : tensor<f64>
      %17 = linalg.fill ins(%cst_3 : f64) outs(%16 : tensor<f64>) -> tensor<f64>
      %18 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["reduction", "reduction", "reduction", "reduction"]} ins(%15 : tensor<?x12x12x20xf32>) outs(%17 : tensor<f64>) {
      ^bb0(%in: f32, %out: f64):
        %cst_4 = arith.constant 0.00999999977 : f32
        %cst_5 = arith.constant 2.000000e-02 : f32
        %19 = arith.mulf %cst_5, %in : f32
        %20 = arith.addf %cst_4, %19 : f32
        %21 = arith.mulf %in, %20 : f32
        %22 = arith.extf %21 : f32 to f64
        %23 = arith.addf %out, %22 : f64
        linalg.yield %23 : f64
      } -> tensor<f64>
      %extracted = tensor.extract %18[] : tensor<f64>
      kreg.yield %15, %extracted : tensor<?x12x12x20xf32>, f64
    } : tensor<?x12x12x20xf32>, f64
    %4 = kreg.divide_by_batch %3#1 by %3#0 : tensor<?x12x12x20xf32>
    %5:2 = kreg.kernel "pool" (%arg1 = %3#0 : tensor<?x12x12x20xf32>) attributes {schedule = #kreg.schedule<family = pooling, vector = 8, vectors = 2, points = 2, strip = 2, parallel = 1>} {
      %9 = tensor.empty() : tensor<2x2xf32>
      %cst_0 = arith.constant 0xFF800000 : f32
      %c0 = arith.constant 0 : index
      %dim = tensor.dim %arg1, %c0 : tensor<?x12x12x20xf32>
      %10 = tensor.empty(%dim) : tensor<?x6x6x20xf32>
      %11 = linalg.fill ins(%cst_0 : f32) outs(%10 : tensor<?x6x6x20xf32>) -> tensor<?x6x6x20xf32>
      %12 = linalg.generic {indexing_maps = [#map6, #map7, #map8], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%arg1, %9 : tensor<?x12x12x20xf32>, tensor<2x2xf32>) outs(%11 : tensor<?x6x6x20xf32>) {
      ^bb0(%in: f32, %in_2: f32, %out: f32):
        %16 = arith.maximumf %out, %in : f32
        linalg.yield %16 : f32
      } -> tensor<?x6x6x20xf32>
      %cst_1 = arith.constant 0.000000e+00 : f64
      %13 = tensor.empty() : tensor<f64>
      %14 = linalg.fill ins(%cst_1 : f64) outs(%13 : tensor<f64>) -> tensor<f64>
      %15 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["reduction", "reduction", "reduction", "reduction"]} ins(%12 : tensor<?x6x6x20xf32>) outs(%14 : tensor<f64>) {
      ^bb0(%in: f32, %out: f64):
        %cst_2 = arith.constant 1.000000e-03 : f32
        %16 = arith.mulf %cst_2, %in : f32
        %17 = arith.mulf %16, %in : f32
        %18 = arith.extf %17 : f32 to f64
        %19 = arith.addf %out, %18 : f64
        linalg.yield %19 : f64
      } -> tensor<f64>
      %extracted = tensor.extract %15[] : tensor<f64>
      kreg.yield %12, %extracted : tensor<?x6x6x20xf32>, f64
    } : tensor<?x6x6x20xf32>, f64
    %6 = kreg.reshape %5#0 : tensor<?x6x6x20xf32> to tensor<?x720xf32>
    %7 = kreg.kernel "dense" (%arg1 = %6 : tensor<?x720xf32>, %arg2 = %2 : tensor<720x5xf32>) attributes {schedule = #kreg.schedule<family = contraction, vector = 8, vectors = 2, points = 2, strip = 2, parallel = 1>} {
      %cst_0 = arith.constant 0.000000e+00 : f32
      %c0 = arith.constant 0 : index
      %dim = tensor.dim %arg1, %c0 : tensor<?x720xf32>
      %9 = tensor.empty(%dim) : tensor<?x5xf32>
      %10 = linalg.fill ins(%cst_0 : f32) outs(%9 : tensor<?x5xf32>) -> tensor<?x5xf32>
      %11 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg1, %arg2 : tensor<?x720xf32>, tensor<720x5xf32>) outs(%10 : tensor<?x5xf32>) {
      ^bb0(%in: f32, %in_1: f32, %out: f32):
        %12 = arith.mulf %in, %in_1 : f32
        %13 = arith.addf %out, %12 : f32
        linalg.yield %13 : f32
      } -> tensor<?x5xf32>
      kreg.yield %11 : tensor<?x5xf32>
    } : tensor<?x5xf32>
    %8 = kreg.kernel "softmax" (%arg1 = %7 : tensor<?x5xf32>) attributes {schedule = #kreg.schedule<family = reduction, vector = 8, vectors = 2, points = 2, strip = 2, parallel = 1>} {
      %cst_0 = arith.constant 0xFF800000 : f32
      %c0 = arith.constant 0 : index
      %dim = tensor.dim %arg1, %c0 : tensor<?x5xf32>
      %9 = tensor.empty(%dim) : tensor<?xf32>
      %10 = linalg.fill ins(%cst_0 : f32) outs(%9 : tensor<?xf32>) -> tensor<?xf32>
      %11 = linalg.generic {indexing_maps = [#map12, #map13], iterator_types = ["parallel", "reduction"]} ins(%arg1 : tensor<?x5xf32>) outs(%10 : tensor<?xf32>) {
      ^bb0(%in: f32, %out: f32):
        %18 = arith.maximumf %out, %in : f32
        linalg.yield %18 : f32
      } -> tensor<?xf32>
      %12 = tensor.empty(%dim) : tensor<?x5xf32>
      %13 = linalg.generic {indexing_maps = [#map12, #map13, #map12], iterator_types = ["parallel", "parallel"]} ins(%arg1, %11 : tensor<?x5xf32>, tensor<?xf32>) outs(%12 : tensor<?x5xf32>) {
      ^bb0(%in: f32, %in_3: f32, %out: f32):
        %18 = arith.subf %in, %in_3 : f32
        %19 = math.exp %18 : f32
        linalg.yield %19 : f32
      } -> tensor<?x5xf32>
      %cst_1 = arith.constant 0.000000e+00 : f32
      %dim_2 = tensor.dim %13, %c0 : tensor<?x5xf32>
      %14 = tensor.empty(%dim_2) : tensor<?xf32>
      %15 = linalg.fill ins(%cst_1 : f32) outs(%14 : tensor<?xf32>) -> tensor<?xf32>
      %16 = linalg.generic {indexing_maps = [#map12, #map13], iterator_types = ["parallel", "reduction"]} ins(%13 : tensor<?x5xf32>) outs(%15 : tensor<?xf32>) {
      ^bb0(%in: f32, %out: f32):
        %18 = arith.addf %out, %in : f32
        linalg.yield %18 : f32
      } -> tensor<?xf32>
      %17 = linalg.generic {indexing_maps = [#map12, #map13, #map12], iterator_types = ["parallel", "parallel"]} ins(%13, %16 : tensor<?x5xf32>, tensor<?xf32>) outs(%12 : tensor<?x5xf32>) {
      ^bb0(%in: f32, %in_3: f32, %out: f32):
        %18 = arith.divf %in, %in_3 : f32
        linalg.yield %18 : f32
      } -> tensor<?x5xf32>
      kreg.yield %17 : tensor<?x5xf32>
    } : tensor<?x5xf32>
    kreg.return %8, %6 : tensor<?x5xf32>, tensor<?x720xf32> penalties %4, %5#1, %cst
  }
}

