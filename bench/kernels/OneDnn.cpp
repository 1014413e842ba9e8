// One layer by oneDNN (2.x interface), ready to be called.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "bench/kernels/OneDnn.h"

#ifdef KREGC_HAVE_ONEDNN

#include <dlfcn.h>
#include <memory>
#include <random>
#include <unordered_map>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

namespace kregc::bench {
namespace {

using dnnl::convolution_forward;
using dnnl::inner_product_forward;
using dnnl::memory;

constexpr auto kFloat = memory::data_type::f32;

/// oneDNN is built with OpenMP, whose thread count is only read from the
/// environment when a process starts.
void useOneThread() {
  using SetThreads = void (*)(int);
  if (auto *set = reinterpret_cast<SetThreads>(
          dlsym(RTLD_DEFAULT, "omp_set_num_threads"))) {
    set(1);
  }
}

void fill(memory &m) {
  auto *data = static_cast<float *>(m.get_data_handle());
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (size_t i = 0; i < m.get_desc().get_size() / sizeof(float); ++i) {
    data[i] = uniform(random);
  }
}

/// What a call needs and a closure keeps alive.
struct Layer {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::primitive primitive;
  std::unordered_map<int, memory> arguments;
};

dnnl::primitive_attr withRelu() {
  dnnl::post_ops relu;
  relu.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(relu);
  return attributes;
}

inner_product_forward::primitive_desc
describeDense(const PeerLayer &l, const dnnl::engine &engine) {
  memory::desc x({l.batch, l.channels}, kFloat, memory::format_tag::nc);
  memory::desc w({l.filters, l.channels}, kFloat, memory::format_tag::any);
  memory::desc b({l.filters}, kFloat, memory::format_tag::x);
  memory::desc y({l.batch, l.filters}, kFloat, memory::format_tag::nc);
  inner_product_forward::desc d(dnnl::prop_kind::forward_inference, x, w, b, y);
  return {d, withRelu(), engine};
}

convolution_forward::primitive_desc
describeConvolution(const PeerLayer &l, const dnnl::engine &engine) {
  int64_t out = (l.size + l.padLow + l.padHigh - l.kernel) / l.stride + 1;
  memory::dims weights{l.filters, l.channels, l.kernel, l.kernel};
  if (l.groups > 1) {
    weights = {l.groups, l.filters / l.groups, l.channels / l.groups, l.kernel,
               l.kernel};
  }
  memory::desc x({l.batch, l.channels, l.size, l.size}, kFloat,
                 memory::format_tag::nhwc);
  memory::desc w(weights, kFloat, memory::format_tag::any);
  memory::desc b({l.filters}, kFloat, memory::format_tag::x);
  memory::desc y({l.batch, l.filters, out, out}, kFloat,
                 memory::format_tag::nhwc);
  convolution_forward::desc d(dnnl::prop_kind::forward_inference,
                              dnnl::algorithm::convolution_direct, x, w, b, y,
                              {l.stride, l.stride}, {l.padLow, l.padLow},
                              {l.padHigh, l.padHigh});
  return {d, withRelu(), engine};
}

template <typename Primitive, typename Description>
std::function<void()> makeCall(std::shared_ptr<Layer> call,
                               const Description &description) {
  const dnnl::engine &engine = call->engine;
  call->primitive = Primitive(description);
  call->arguments = {
      {DNNL_ARG_SRC, memory(description.src_desc(), engine)},
      {DNNL_ARG_WEIGHTS, memory(description.weights_desc(), engine)},
      {DNNL_ARG_BIAS, memory(description.bias_desc(), engine)},
      {DNNL_ARG_DST, memory(description.dst_desc(), engine)}};
  for (auto &[number, argument] : call->arguments) {
    fill(argument);
  }
  return [call] {
    call->primitive.execute(call->stream, call->arguments);
    call->stream.wait();
  };
}

} // namespace

std::function<void()> makeOneDnnLayer(const PeerLayer &layer) {
  useOneThread();
  auto call = std::make_shared<Layer>();
  if (layer.size == 1 && layer.kernel == 1) {
    return makeCall<inner_product_forward>(call,
                                           describeDense(layer, call->engine));
  }
  return makeCall<convolution_forward>(
      call, describeConvolution(layer, call->engine));
}

} // namespace kregc::bench

#else

namespace kregc::bench {
std::function<void()> makeOneDnnLayer(const PeerLayer &) { return {}; }
} // namespace kregc::bench

#endif
