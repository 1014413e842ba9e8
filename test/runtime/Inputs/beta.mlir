// Two kernels of one op by batch size, a packed weight; an output that is given
// twice and one that is an input; names that would end a C comment.
#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d2, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
#map4 = affine_map<(d0, d1) -> (d1)>
#map5 = affine_map<(d0, d1) -> ()>
module {
  kreg.variable @"dense/kernel" trainable : tensor<3x5xf32> = dense<[[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00, 5.000000e+00], [5.000000e-01, -1.000000e+00, 2.500000e-01, 2.000000e+00, 0.000000e+00], [-1.000000e+00, 1.000000e+00, -2.000000e+00, 5.000000e-01, 1.000000e+00]]> : tensor<3x5xf32>
  kreg.variable @"dense/bias" trainable : tensor<5xf32> = dense<5.000000e-01> : tensor<5xf32>
  kreg.model @beta(%arg0: tensor<?x3xf32> {kreg.name = "x"}, %arg1: tensor<?x5xf32> {kreg.name = "z*/ \\"}) -> (tensor<?x5xf32> {kreg.name = "add"}, tensor<?x5xf32> {kreg.name = "same"}, tensor<?x3xf32> {kreg.name = "x"}) attributes {mode = "inference"} {
    %0 = kreg.read @"dense/kernel" : tensor<3x5xf32>
    %1 = kreg.read @"dense/bias" : tensor<5xf32>
    %2:2 = kreg.kernel "dense" (%arg2 = %arg0 : tensor<?x3xf32>, %arg3 = %0 : tensor<3x5xf32>, %arg4 = %1 : tensor<5xf32>, %arg5 = %arg1 : tensor<?x5xf32>) attributes {schedule = #kreg.schedule<family = contraction, vector = 8, vectors = 1, points = 2>, small_schedule = #kreg.schedule<family = contraction, vector = 8, vectors = 1, points = 1>, small_batch = 2 : i64, packings = [#kreg.packing<0>, #kreg.packing<8>, #kreg.packing<0>, #kreg.packing<0>]} {
      %cst = arith.constant 0.000000e+00 : f32
      %c0 = arith.constant 0 : index
      %dim = tensor.dim %arg2, %c0 : tensor<?x3xf32>
      %6 = tensor.empty(%dim) : tensor<?x5xf32>
      %7 = linalg.fill ins(%cst : f32) outs(%6 : tensor<?x5xf32>) -> tensor<?x5xf32>
      %8 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg2, %arg3 : tensor<?x3xf32>, tensor<3x5xf32>) outs(%7 : tensor<?x5xf32>) {
      ^bb0(%in: f32, %in_4: f32, %out: f32):
        %18 = arith.mulf %in, %in_4 : f32
        %19 = arith.addf %out, %18 : f32
        linalg.yield %19 : f32
      } -> tensor<?x5xf32>
      %dim_0 = tensor.dim %8, %c0 : tensor<?x5xf32>
      %9 = tensor.empty(%dim_0) : tensor<?x5xf32>
      %10 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel"]} ins(%8, %arg4 : tensor<?x5xf32>, tensor<5xf32>) outs(%9 : tensor<?x5xf32>) {
      ^bb0(%in: f32, %in_4: f32, %out: f32):
        %18 = arith.addf %in, %in_4 : f32
        linalg.yield %18 : f32
      } -> tensor<?x5xf32>
      %dim_1 = tensor.dim %10, %c0 : tensor<?x5xf32>
      %11 = tensor.empty(%dim_1) : tensor<?x5xf32>
      %12 = linalg.generic {indexing_maps = [#map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%10 : tensor<?x5xf32>) outs(%11 : tensor<?x5xf32>) {
      ^bb0(%in: f32, %out: f32):
        %18 = arith.maximumf %in, %cst : f32
        linalg.yield %18 : f32
      } -> tensor<?x5xf32>
      %dim_2 = tensor.dim %arg5, %c0 : tensor<?x5xf32>
      %13 = tensor.empty(%dim_2) : tensor<?x5xf32>
      %14 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%12, %arg5 : tensor<?x5xf32>, tensor<?x5xf32>) outs(%13 : tensor<?x5xf32>) {
      ^bb0(%in: f32, %in_4: f32, %out: f32):
        %18 = arith.addf %in, %in_4 : f32
        linalg.yield %18 : f32
      } -> tensor<?x5xf32>
      %cst_3 = arith.constant 0.000000e+00 : f64
      %15 = tensor.empty() : tensor<f64>
      %16 = linalg.fill ins(%cst_3 : f64) outs(%15 : tensor<f64>) -> tensor<f64>
      %17 = linalg.generic {indexing_maps = [#map3, #map5], iterator_types = ["reduction", "reduction"]} ins(%12 : tensor<?x5xf32>) outs(%16 : tensor<f64>) {
      ^bb0(%in: f32, %out: f64):
        %cst_4 = arith.constant 0.00999999977 : f32
        %cst_5 = arith.constant 2.000000e-02 : f32
        %18 = arith.mulf %cst_5, %in : f32
        %19 = arith.addf %cst_4, %18 : f32
        %20 = arith.mulf %in, %19 : f32
        %21 = arith.extf %20 : f32 to f64
        %22 = arith.addf %out, %21 : f64
        linalg.yield %22 : f64
      } -> tensor<f64>
      %extracted = tensor.extract %17[] : tensor<f64>
      kreg.yield %14, %extracted : tensor<?x5xf32>, f64
    } : tensor<?x5xf32>, f64
    %3 = kreg.divide_by_batch %2#1 by %2#0 : tensor<?x5xf32>
    kreg.return %2#0, %2#0, %arg0 : tensor<?x5xf32>, tensor<?x5xf32>, tensor<?x3xf32> penalties %3
  }
}

