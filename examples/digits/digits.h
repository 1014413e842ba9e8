/* Pictures of digits that a few lines draw: the same on every machine.
 *
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

#ifndef DIGITS_H
#define DIGITS_H

#include <stdint.h>

enum { SIDE = 24, COLOURS = 3, PIXELS = SIDE * SIDE * COLOURS, CLASSES = 10 };

/* Rows of five dots each, from the top. */
static const uint8_t font[CLASSES][7] = {
    {14, 17, 19, 21, 25, 17, 14}, {4, 12, 4, 4, 4, 4, 14},
    {14, 17, 1, 2, 4, 8, 31},     {31, 2, 4, 2, 1, 17, 14},
    {2, 6, 10, 18, 31, 2, 2},     {31, 16, 30, 1, 1, 17, 14},
    {6, 8, 16, 30, 17, 17, 14},   {31, 1, 2, 4, 8, 8, 8},
    {14, 17, 17, 14, 17, 17, 14}, {14, 17, 17, 15, 1, 2, 12}};

/* A number in [0, 1). */
static float draw(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return (float)(*state >> 8) / 16777216.0f;
}

/* A digit somewhere in the picture, three pixels to a dot, in some colour, with
 * noise over all of it. */
static void draw_digit(uint32_t *state, int digit, float *picture) {
  int left = (int)(draw(state) * 9), top = (int)(draw(state) * 4);
  float ink[COLOURS];
  for (int c = 0; c < COLOURS; ++c) {
    ink[c] = 0.5f + 0.5f * draw(state);
  }
  for (int y = 0; y < SIDE; ++y) {
    for (int x = 0; x < SIDE; ++x) {
      int row = (y - top + 3) / 3 - 1, column = (x - left + 3) / 3 - 1;
      int is_dot = row >= 0 && row < 7 && column >= 0 && column < 5 &&
                   (font[digit][row] >> (4 - column) & 1);
      for (int c = 0; c < COLOURS; ++c) {
        float noise = 0.3f * draw(state);
        *picture++ = (float)is_dot * ink[c] + noise;
      }
    }
  }
}

/* Pictures of random digits, and which they are. */
static void draw_batch(uint32_t *state, int count, float *pictures,
                       float *classes) {
  for (int i = 0; i < count; ++i) {
    int digit = (int)(draw(state) * CLASSES);
    classes[i] = (float)digit;
    draw_digit(state, digit, pictures + i * PIXELS);
  }
}

#endif /* DIGITS_H */
