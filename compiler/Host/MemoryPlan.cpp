// Where the intermediate values of a model lie in its arena.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Host/HostPlan.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

namespace kregc::host {
namespace {

/// Memory that buffers take turns in, as large as the largest of them.
struct Slot {
  Size bytes;
  std::vector<int> buffers;
};

bool overlap(const Buffer &a, const Buffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

/// What sizes are compared by; any batch would be right, this one is usual.
int64_t atUsualBatch(Size size) { return size.constant + 8 * size.perBatch; }

} // namespace

/// Large buffers choose first, and each takes the tightest slot that is free
/// while it lives. Slots lie one behind the other, so their offsets are of the
/// form c + k·batch whatever the batch.
void planMemory(HostPlan &plan) {
  std::vector<int> order;
  for (size_t i = 0; i < plan.buffers.size(); ++i) {
    if (plan.buffers[i].place == Buffer::Place::Arena) {
      order.push_back(i);
    }
  }
  llvm::sort(order, [&](int a, int b) {
    int64_t left = atUsualBatch(plan.buffers[a].bytes);
    int64_t right = atUsualBatch(plan.buffers[b].bytes);
    return left != right ? left > right : a < b;
  });
  std::vector<Slot> slots;
  for (int number : order) {
    const Buffer &buffer = plan.buffers[number];
    Slot *best = nullptr;
    for (Slot &slot : slots) {
      bool taken = llvm::any_of(slot.buffers, [&](int other) {
        return overlap(plan.buffers[other], buffer);
      });
      if (!taken &&
          (!best || atUsualBatch(slot.bytes) < atUsualBatch(best->bytes))) {
        best = &slot;
      }
    }
    if (!best) {
      best = &slots.emplace_back();
    }
    best->buffers.push_back(number);
    best->bytes.constant =
        std::max(best->bytes.constant, buffer.bytes.constant);
    best->bytes.perBatch =
        std::max(best->bytes.perBatch, buffer.bytes.perBatch);
  }
  Size offset;
  for (const Slot &slot : slots) {
    for (int number : slot.buffers) {
      plan.buffers[number].offset = offset;
    }
    offset.constant += llvm::alignTo(slot.bytes.constant, 64);
    offset.perBatch += llvm::alignTo(slot.bytes.perBatch, 64);
  }
  plan.arenaBytes = offset;
}

} // namespace kregc::host
