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

/// What a slot becomes that also holds `other`.
Size larger(Size slot, Size other) {
  return {std::max(slot.constant, other.constant),
          std::max(slot.perBatch, other.perBatch)};
}

} // namespace

/// Large buffers choose first, and each takes the slot that is free while it
/// lives and grows least by it, then the tightest; a slot of its own if that is
/// less. A slot may grow where one buffer follows the batch and another does
/// not. Slots lie one behind the other, so their offsets are of the form c +
/// k·batch whatever the batch.
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
    int64_t leastGrowth = atUsualBatch(buffer.bytes);
    for (Slot &slot : slots) {
      bool taken = llvm::any_of(slot.buffers, [&](int other) {
        return overlap(plan.buffers[other], buffer);
      });
      int64_t size = atUsualBatch(slot.bytes);
      int64_t growth = atUsualBatch(larger(slot.bytes, buffer.bytes)) - size;
      if (!taken &&
          (growth < leastGrowth || (best && growth == leastGrowth &&
                                    size < atUsualBatch(best->bytes)))) {
        best = &slot;
        leastGrowth = growth;
      }
    }
    if (!best) {
      best = &slots.emplace_back();
    }
    best->buffers.push_back(number);
    best->bytes = larger(best->bytes, buffer.bytes);
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
