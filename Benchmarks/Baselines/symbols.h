/// From a symbol's bytes to its index: sixteen bytes at a time, since nearly all names are shorter.
#pragma once
#include "apus_baselines.h"
#include "digits.h"
#include <string>
#include <vector>

struct apus_baseline_scanner {
  struct Slot {
    uint64_t low = 0, high = 0;
    int32_t index = -1;
  };
  std::vector<Slot> slots;
  uint64_t mask = 0;
  std::vector<std::string> names;

  static uint64_t hash(uint64_t low, uint64_t high) {
    const uint64_t mixed = low * 0x9E3779B97F4A7C15ull ^ high * 0xC2B2AE3D27D4EB4Full;
    return mixed >> 40;
  }

  /// A name of at most 16 bytes, zero-padded; -1 when it isn't one of ours.
  int32_t find(uint64_t low, uint64_t high) const {
    uint64_t at = hash(low, high) & mask;
    while (slots[at].index >= 0) {
      if (slots[at].low == low && slots[at].high == high) return slots[at].index;
      at = (at + 1) & mask;
    }
    return -1;
  }

  /// A name of any length.
  int32_t find(const uint8_t *text, size_t length) const {
    for (size_t i = 0; i < names.size(); ++i)
      if (names[i].size() == length && memcmp(names[i].data(), text, length) == 0) return int32_t(i);
    return -1;
  }
};
