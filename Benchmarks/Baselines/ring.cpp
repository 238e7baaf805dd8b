// A ring whose slots carry their own sequence, and the hand-over of one cache line that bounds every ring.
#include "apus_baselines.h"
#include "apus_clock.h"
#include <atomic>
#include <pthread.h>
#include <sched.h>
#include <thread>
#include <vector>

namespace {

/// A record and its sequence on lines of their own: the consumer reads nothing that the producer writes but the slot.
struct alignas(128) Slot {
  apus_record record;
  std::atomic<uint64_t> sequence;
};

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
  for (uint64_t i = 0; i < size; ++i) slots[i].sequence.store(i, std::memory_order_relaxed);
  const uint64_t messages = uint64_t(batches) * uint64_t(batch);
  std::atomic<bool> isReady{false};
  std::thread producer([&] {
    apus_baseline_pin(producer_cpu);
    apus_record record = {};
    isReady.store(true, std::memory_order_release);
    for (uint64_t next = 0; next < messages; ++next) {
      Slot &slot = slots[next & mask];
      // The slot is free once the consumer has moved its sequence a lap on.
      while (slot.sequence.load(std::memory_order_acquire) != next) apus_spin_hint();
      record.id = int64_t(next);
      slot.record = record;
      slot.sequence.store(next + 1, std::memory_order_release);
    }
  });
  apus_baseline_pin(consumer_cpu);
  while (!isReady.load(std::memory_order_acquire)) apus_spin_hint();
  int64_t sum = 0;
  uint64_t next = 0, last = apus_tsc_begin();
  for (int32_t i = 0; i < batches; ++i) {
    for (int32_t k = 0; k < batch; ++k, ++next) {
      Slot &slot = slots[next & mask];
      while (slot.sequence.load(std::memory_order_acquire) != next + 1) apus_spin_hint();
      const apus_record record = slot.record;
      slot.sequence.store(next + size, std::memory_order_release);
      sum += record.id;
    }
    const uint64_t now = apus_tsc_end();
    ticks[i] = now - last;
    last = now;
  }
  producer.join();
  return sum;
}

void apus_baseline_ping_pong(int32_t batches, int32_t trips, int32_t first_cpu, int32_t second_cpu, uint64_t *ticks) {
  Line ball;
  const uint64_t total = uint64_t(batches) * uint64_t(trips);
  std::thread other([&] {
    apus_baseline_pin(second_cpu);
    for (uint64_t i = 0; i < total; ++i) {
      while (ball.value.load(std::memory_order_acquire) != 2 * i + 1) apus_spin_hint();
      ball.value.store(2 * i + 2, std::memory_order_release);
    }
  });
  apus_baseline_pin(first_cpu);
  uint64_t next = 0;
  for (int32_t i = 0; i < batches; ++i) {
    const uint64_t start = apus_tsc_begin();
    for (int32_t k = 0; k < trips; ++k, ++next) {
      ball.value.store(2 * next + 1, std::memory_order_release);
      while (ball.value.load(std::memory_order_acquire) != 2 * next + 2) apus_spin_hint();
    }
    ticks[i] = apus_tsc_end() - start;
  }
  other.join();
}

}
