/* One file with all that training changes: weights, the optimizer's variables,
 * counters. A new file is written beside the old one and renamed, so that there
 * is a whole one at any moment.
 *
 *   header   see below
 *   values   float32: each weight, then each slot, in the order of the table
 *   check    uint32: CRC-32C of all before
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#define _GNU_SOURCE
#include "runtime/lib/Training/State.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct header {
  char magic[8];
  uint64_t model; /* which variables there are, see fingerprint() */
  int64_t iteration;
  uint64_t seed;
  int64_t values; /* bytes of them */
  float learning_rate, u_product;
};
static const char magic[8] = {'k', 'r', 'e', 'g', 't', 'r', 'n', 1};

uint32_t kreg_crc(uint32_t crc, const void *bytes, size_t size) {
  uint32_t table[256];
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t entry = i;
    for (int bit = 0; bit < 8; ++bit) {
      entry = entry >> 1 ^ (entry & 1 ? 0x82F63B78u : 0);
    }
    table[i] = entry;
  }
  const unsigned char *at = bytes;
  crc = ~crc;
  for (size_t i = 0; i < size; ++i) {
    crc = table[(crc ^ at[i]) & 0xFF] ^ crc >> 8;
  }
  return ~crc;
}

/* The pieces of the values, in their order; false behind the last. */
static bool piece(struct kreg_state *state, int number, float **data,
                  size_t *bytes) {
  const struct kreg_training *table = state->table;
  int weights = table->settings->num_variables;
  if (number < weights) {
    *data = state->weights[number];
    *bytes = (size_t)table->variables[number].elements * sizeof(float);
    return true;
  }
  if (number - weights < state->num_slots) {
    *data = state->slots[number - weights].data;
    *bytes = (size_t)state->slot_elements * sizeof(float);
    return true;
  }
  return false;
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t size) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < size; ++i) {
    hash = (hash ^ at[i]) * 0x100000001B3u; /* FNV-1a */
  }
  return hash;
}

/* Of the names and shapes of all variables and of the optimizer's slots. */
static uint64_t fingerprint(const struct kreg_state *state) {
  const struct kreg_training *table = state->table;
  uint64_t hash = 0xCBF29CE484222325u;
  for (int v = 0; v < table->settings->num_variables; ++v) {
    const struct kreg_variable *variable = &table->variables[v];
    const char *path = table->texts + variable->path;
    hash = mix(hash, path, strlen(path) + 1);
    hash = mix(hash, &variable->trainable, sizeof variable->trainable);
    hash = mix(hash, variable->shape,
               (size_t)variable->rank * sizeof *variable->shape);
  }
  for (int s = 0; s < state->num_slots; ++s) {
    const char *name = state->slots[s].name;
    hash = mix(hash, name, strlen(name) + 1);
  }
  int32_t kind = table->settings->optimizer.kind;
  return mix(hash, &kind, sizeof kind);
}

static struct header make_header(struct kreg_state *state) {
  struct header header;
  memset(&header, 0, sizeof header);
  memcpy(header.magic, magic, sizeof magic);
  header.model = fingerprint(state);
  header.iteration = state->iteration;
  header.seed = state->seed;
  header.learning_rate = state->learning_rate;
  header.u_product = state->u_product;
  float *data;
  size_t bytes;
  for (int i = 0; piece(state, i, &data, &bytes); ++i) {
    header.values += (int64_t)bytes;
  }
  return header;
}

static int fail(struct kreg_instance *instance, const char *what,
                const char *path, const char *why) {
  return kreg_failf(instance, KREG_ERROR_FILE, "'%.120s' %s: %.80s", path, what,
                    why);
}

/* The text of errno. */
static const char *reason(char *text, size_t size) {
  return strerror_r(errno, text, size);
}

static bool put(int file, const void *bytes, size_t size) {
  const char *at = bytes;
  while (size != 0) {
    ssize_t written = write(file, at, size < 1 << 30 ? size : 1 << 30);
    if (written < 0 && errno != EINTR) {
      return false;
    }
    if (written > 0) {
      at += written;
      size -= (size_t)written;
    }
  }
  return true;
}

static bool put_all(struct kreg_state *state, int file) {
  struct header header = make_header(state);
  uint32_t crc = kreg_crc(0, &header, sizeof header);
  bool good = put(file, &header, sizeof header);
  float *data;
  size_t bytes;
  for (int i = 0; good && piece(state, i, &data, &bytes); ++i) {
    crc = kreg_crc(crc, data, bytes);
    good = put(file, data, bytes);
  }
  return good && put(file, &crc, sizeof crc) && fsync(file) == 0;
}

/* Makes `<path>.<process>-<number>`, which no other has. */
static int open_beside(const char *path, char *name, size_t size) {
  for (int number = 0; number < 1000; ++number) {
    int length =
        snprintf(name, size, "%s.%ld-%d", path, (long)getpid(), number);
    if (length < 0 || (size_t)length >= size) {
      errno = ENAMETOOLONG;
      return -1;
    }
    int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0 || errno != EEXIST) {
      return file;
    }
  }
  return -1;
}

/* A rename is on the disk when its folder is; where folders cannot be synced,
 * nothing more can be done. */
static void sync_folder(const char *path) {
  char folder[4096];
  const char *slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) + 1 : 0;
  if (length >= sizeof folder) {
    return;
  }
  memcpy(folder, path, length);
  folder[length] = '\0';
  int file = open(length ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0) {
    (void)fsync(file);
    close(file);
  }
}

int kreg_rt_save(struct kreg_instance *instance, const char *path) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  if (!path) {
    return kreg_rt_fail(instance, KREG_ERROR_ARGUMENT, "path is null");
  }
  char name[4096], text[80];
  int file = open_beside(path, name, sizeof name);
  if (file < 0) {
    return fail(instance, "could not be written", path,
                reason(text, sizeof text));
  }
  bool good = put_all(instance->training, file);
  int why = errno;
  good = close(file) == 0 && good;
  if (good && rename(name, path) == 0) {
    sync_folder(path);
    return KREG_OK;
  }
  errno = good ? errno : why;
  const char *because = reason(text, sizeof text);
  unlink(name);
  return fail(instance, "could not be written", path, because);
}

/* Whether that many bytes came. */
static bool get(int file, void *bytes, size_t size) {
  char *at = bytes;
  while (size != 0) {
    ssize_t count = read(file, at, size < 1 << 30 ? size : 1 << 30);
    if (count == 0 || (count < 0 && errno != EINTR)) {
      return false;
    }
    if (count > 0) {
      at += count;
      size -= (size_t)count;
    }
  }
  return true;
}

/* NULL if the file may be read on. */
static const char *refuse(struct kreg_state *state, int file,
                          struct header *header) {
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return "it is not a file";
  }
  if (!get(file, header, sizeof *header) ||
      memcmp(header->magic, magic, sizeof magic) != 0) {
    return "it was not written by a library's save";
  }
  struct header own = make_header(state);
  if (header->model != own.model || header->values != own.values) {
    return "it is of another model or optimizer";
  }
  int64_t whole = (int64_t)(sizeof *header + sizeof(uint32_t)) + own.values;
  if (status.st_size != whole) {
    return status.st_size < whole ? "it is cut off" : "it is too long";
  }
  return NULL;
}

static void take(struct kreg_state *state, const struct header *header,
                 const char *values) {
  float *data;
  size_t bytes;
  for (int i = 0; piece(state, i, &data, &bytes); ++i) {
    memcpy(data, values, bytes);
    values += bytes;
  }
  state->iteration = header->iteration < 0 ? 0 : header->iteration;
  state->seed = header->seed;
  state->learning_rate = header->learning_rate;
  state->u_product = header->u_product;
}

/* NULL if all was read and taken. */
static const char *load(struct kreg_instance *instance, int file) {
  struct header header;
  const char *problem = refuse(instance->training, file, &header);
  if (problem) {
    return problem;
  }
  char *values = kreg_allocate(instance, (size_t)header.values);
  if (!values) {
    return "there is no memory for it";
  }
  uint32_t crc = kreg_crc(0, &header, sizeof header), wanted;
  if (!get(file, values, (size_t)header.values) ||
      !get(file, &wanted, sizeof wanted)) {
    problem = "it could not be read to its end";
  } else if (kreg_crc(crc, values, (size_t)header.values) != wanted) {
    problem = "it is damaged: its checksum is another";
  } else {
    take(instance->training, &header, values);
  }
  kreg_release(instance, values);
  return problem;
}

int kreg_rt_load(struct kreg_instance *instance, const char *path) {
  if (!instance) {
    return KREG_ERROR_ARGUMENT;
  }
  if (!path) {
    return kreg_rt_fail(instance, KREG_ERROR_ARGUMENT, "path is null");
  }
  char text[80];
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    return fail(instance, "could not be read", path, reason(text, sizeof text));
  }
  const char *problem = load(instance, file);
  close(file);
  return problem ? fail(instance, "could not be read", path, problem) : KREG_OK;
}
