/* Memory of an instance: the arena, and scratch memory of kernels. Both are
 * kept, so a call that has seen its batch size before allocates nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#include "runtime/lib/Instance.h"

#include <stdlib.h>

static size_t round_up(size_t bytes) {
  return (bytes + KREG_ALIGNMENT - 1) / KREG_ALIGNMENT * KREG_ALIGNMENT;
}

void *kreg_allocate(struct kreg_instance *instance, size_t bytes) {
  const kreg_options *options = &instance->options;
  /* No object is larger, and rounding up may not overflow. */
  if (bytes > PTRDIFF_MAX - KREG_ALIGNMENT) {
    return NULL;
  }
  bytes = round_up(bytes == 0 ? 1 : bytes);
  if (!options->allocate) {
    return aligned_alloc(KREG_ALIGNMENT, bytes);
  }
  void *memory =
      options->allocate(options->allocator_context, bytes, KREG_ALIGNMENT);
  if ((uintptr_t)memory % KREG_ALIGNMENT != 0) {
    options->release(options->allocator_context, memory);
    return NULL; /* kernels would crash on it */
  }
  return memory;
}

void kreg_release(struct kreg_instance *instance, void *memory) {
  const kreg_options *options = &instance->options;
  if (!memory) {
    return;
  }
  if (options->release) {
    options->release(options->allocator_context, memory);
  } else {
    free(memory);
  }
}

void kreg_drop_blocks(struct kreg_instance *instance) {
  for (int i = 0; i < instance->threads; ++i) {
    if (instance->workers[i]) {
      instance->workers[i]->blocks = NULL;
    }
  }
  while (instance->allBlocks) {
    struct kreg_block *block = instance->allBlocks;
    instance->allBlocks = block->sibling;
    kreg_release(instance, block);
  }
}

static void free_block(struct kreg_block *block) {
  block->next = block->owner->blocks;
  block->owner->blocks = block;
}

void kreg_reclaim_blocks(struct kreg_instance *instance) {
  for (int i = 0; i < instance->threads; ++i) {
    instance->workers[i]->blocks = NULL;
  }
  for (struct kreg_block *block = instance->allBlocks; block;
       block = block->sibling) {
    free_block(block);
  }
}

void *kreg_rt_arena(struct kreg_instance *instance, int64_t bytes) {
  if (bytes <= instance->arena_bytes) {
    return instance->arena;
  }
  /* Scratch memory may follow the batch too; what was for a smaller one would
   * only pile up. */
  kreg_drop_blocks(instance);
  kreg_release(instance, instance->arena);
  instance->arena_bytes = 0;
  instance->arena = kreg_allocate(instance, (size_t)bytes);
  if (!instance->arena) {
    kreg_rt_fail(instance, KREG_ERROR_MEMORY,
                 "the memory for this batch could not be allocated");
    return NULL;
  }
  instance->arena_bytes = bytes;
  return instance->arena;
}

/* Only blocks of exactly this size are taken: then a worker that once held all
 * that a task needs will find the same again. */
static struct kreg_block *take_block(struct kreg_worker *worker, size_t bytes) {
  for (struct kreg_block **at = &worker->blocks; *at; at = &(*at)->next) {
    struct kreg_block *block = *at;
    if (block->bytes == bytes) {
      *at = block->next;
      return block;
    }
  }
  return NULL;
}

/* A block for every worker: which of them runs a task in the next call is open,
 * and none of them shall have to allocate then. */
static bool add_blocks(struct kreg_instance *instance, size_t bytes) {
  for (int i = 0; i < instance->threads; ++i) {
    struct kreg_worker *worker = instance->workers[i];
    struct kreg_block *block =
        kreg_allocate(instance, KREG_BLOCK_HEADER + bytes);
    if (!block) {
      return false;
    }
    block->bytes = bytes;
    block->owner = worker;
    block->sibling = instance->allBlocks;
    instance->allBlocks = block;
    free_block(block);
  }
  return true;
}

static struct kreg_block *find_block(struct kreg_worker *worker, size_t bytes) {
  struct kreg_instance *instance = worker->instance;
  if (bytes > PTRDIFF_MAX / 2) {
    return NULL;
  }
  bytes = round_up(bytes);
  pthread_mutex_lock(&instance->mutex);
  struct kreg_block *block = take_block(worker, bytes);
  if (!block && add_blocks(instance, bytes)) {
    block = take_block(worker, bytes);
  }
  pthread_mutex_unlock(&instance->mutex);
  return block;
}

void *halide_malloc(void *user_context, size_t bytes) {
  struct kreg_block *block = find_block(user_context, bytes);
  if (!block) {
    kreg_leave(user_context, KREG_STATUS_NO_MEMORY);
    return NULL;
  }
  return (char *)block + KREG_BLOCK_HEADER;
}

void halide_free(void *user_context, void *memory) {
  if (!memory) {
    return;
  }
  struct kreg_instance *instance =
      ((struct kreg_worker *)user_context)->instance;
  void *start = (char *)memory - KREG_BLOCK_HEADER;
  pthread_mutex_lock(&instance->mutex);
  free_block(start);
  pthread_mutex_unlock(&instance->mutex);
}
