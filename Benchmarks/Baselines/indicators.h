/// Market indicators as known at an event time, and liquidations by time.
#pragma once
#include "apus_record.h"
#include "wide.h"
#include <stdint.h>
#include <vector>

namespace baseline {

struct Entry {
  int64_t time, order, first, second;
  bool before(const Entry &other) const { return time == other.time ? order < other.order : time < other.time; }
};

/// The latest entries, sorted, in a ring; the oldest leaves when it is full.
struct Tape {
  std::vector<Entry> entries;
  uint64_t mask, head = 0, count = 0, version = 0;

  explicit Tape(size_t capacity) : entries(capacity), mask(capacity - 1) {}
  Entry &at(uint64_t position) { return entries[(head + position) & mask]; }

  void insert(const Entry &entry) {
    ++version;
    if (count > mask) {
      if (entry.before(at(0))) return;
      head = (head + 1) & mask;
      --count;
    }
    uint64_t position = count;
    for (; position > 0 && entry.before(at(position - 1)); --position) at(position) = at(position - 1);
    at(position) = entry;
    ++count;
  }
  uint64_t through(int64_t limit) {
    uint64_t low = 0, high = count;
    while (low < high) {
      const uint64_t middle = (low + high) >> 1;
      if (at(middle).time <= limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
};

struct Book {
  struct Latest {
    int64_t time = INT64_MIN, order = INT64_MIN;
    double value = 0;
  };

  std::vector<apus_record> waiting;
  uint64_t mask, head = 0, count = 0;
  int64_t nextKnown = INT64_MAX;
  Latest latest[5];
  Tape interest, liquidations;
  uint64_t version = 0;  ///< changes with whatever becomes known

  explicit Book(size_t capacity) : waiting(capacity), mask(capacity - 1), interest(capacity), liquidations(capacity) {}

  void receive(const apus_record &record) {
    if (count > mask) return;
    waiting[(head + count++) & mask] = record;
    if (count == 1) nextKnown = record.id;
  }
  void advance(int64_t t) {
    while (__builtin_expect(nextKnown <= t, 0)) {
      apply(waiting[head]);
      head = (head + 1) & mask;
      nextKnown = --count > 0 ? waiting[head].id : INT64_MAX;
    }
  }
  const Latest *fresh(int type, int64_t t, int64_t maxAge) const {
    const Latest &value = latest[type];
    return value.time != INT64_MIN && t - value.time <= maxAge ? &value : nullptr;
  }

 private:
  void apply(const apus_record &record) {
    ++version;
    if (record.kind == 5) {
      liquidations.insert(
          {record.time_ms, record.first_id, record.price_e8, record.flags & 1 ? -record.quantity_e8 : record.quantity_e8});
      return;
    }
    if (record.flags >= 5) return;
    Latest &value = latest[record.flags];
    if (record.time_ms == value.time ? record.first_id >= value.order : record.time_ms > value.time)
      value = {record.time_ms, record.first_id, __builtin_bit_cast(double, record.price_e8)};
    if (record.flags == 2) interest.insert({record.time_ms, record.first_id, record.price_e8, 0});
  }
};

}  // namespace baseline
