// A ring whose slots carry their own sequence, and the hand-over of one cache line that bounds every ring.
#include "apus_baselines.h"
#include "apus_clock.h"
#include <atomic>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <thread>
#include <vector>

namespace {

/// A record on one line. Its last four bytes, unused in memory, are the slot's sequence: one line moves a message, and
/// neither side reads the other's position to find it.
struct alignas(64) Slot {
  apus_record record;

  std::atomic<uint32_t> &sequence() { return *reinterpret_cast<std::atomic<uint32_t> *>(&record.crc32c); }
};
static_assert(sizeof(Slot) == 64 && sizeof(std::atomic<uint32_t>) == 4, "a slot is a line");

struct alignas(128) Line {
  std::atomic<uint64_t> value{0};
};

}  // namespace

extern "C" {

int32_t apus_baseline_pin(int32_t cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

void apus_baseline_unpin(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) CPU_SET(cpu, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int64_t apus_baseline_ring_throughput(
    int32_t capacity, int32_t batches, int32_t batch, int32_t producer_cpu, int32_t consumer_cpu, uint64_t *ticks) {
  std::vector<Slot> slots{size_t(capacity)};
  const uint64_t mask = uint64_t(capacity) - 1, size = uint64_t(capacity);
  const uint64_t messages = uint64_t(batches) * uint64_t(batch);
  // How far the consumer is, told to the producer eight times a lap.
  Line consumed;
  const uint64_t lag = size / 8;
  std::atomic<bool> isReady{false};
  std::thread producer([&] {
    apus_baseline_pin(producer_cpu);
    apus_record record = {};
    uint64_t free = size;
    isReady.store(true, std::memory_order_release);
    for (uint64_t next = 0; next < messages; ++next) {
      while (next >= free) {
        free = consumed.value.load(std::memory_order_acquire) + size;
        if (next >= free) apus_spin_hint();
      }
      Slot &slot = slots[next & mask];
      record.id = int64_t(next);
      memcpy(&slot.record, &record, offsetof(apus_record, crc32c));
      slot.sequence().store(uint32_t(next + 1), std::memory_order_release);
    }
  });
  apus_baseline_pin(consumer_cpu);
  while (!isReady.load(std::memory_order_acquire)) apus_spin_hint();
  int64_t sum = 0;
  uint64_t next = 0, last = apus_tsc_begin();
  apus_record record = {};
  for (int32_t i = 0; i < batches; ++i) {
    for (int32_t k = 0; k < batch; ++k) {
      Slot &slot = slots[next & mask];
      while (slot.sequence().load(std::memory_order_acquire) != uint32_t(next + 1)) apus_spin_hint();
      memcpy(&record, &slot.record, offsetof(apus_record, crc32c));
      apus_baseline_taken(&record);
      sum += record.id;
      if ((++next & (lag - 1)) == 0) consumed.value.store(next, std::memory_order_release);
    }
    const uint64_t now = apus_tsc_end();
    ticks[i] = now - last;
    last = now;
  }
  producer.join();
  return sum;
}

void apus_baseline_ping_pong(
    int32_t batches, int32_t trips, int32_t lines, int32_t first_cpu, int32_t second_cpu, uint64_t *ticks) {
  Line balls[2];
  Line &there = balls[0], &back = balls[lines - 1];
  const uint64_t total = uint64_t(batches) * uint64_t(trips);
  std::thread other([&] {
    apus_baseline_pin(second_cpu);
    for (uint64_t i = 0; i < total; ++i) {
      while (there.value.load(std::memory_order_acquire) != 2 * i + 1) apus_spin_hint();
      back.value.store(2 * i + 2, std::memory_order_release);
    }
  });
  apus_baseline_pin(first_cpu);
  uint64_t next = 0;
  for (int32_t i = 0; i < batches; ++i) {
    const uint64_t start = apus_tsc_begin();
    for (int32_t k = 0; k < trips; ++k, ++next) {
      there.value.store(2 * next + 1, std::memory_order_release);
      while (back.value.load(std::memory_order_acquire) != 2 * next + 2) apus_spin_hint();
    }
    ticks[i] = apus_tsc_end() - start;
  }
  other.join();
}

}
