/// Clocks for timing, never for deciding: `now` reaches the engine as an event's value.
///
/// Costs on a 2-core EPYC VM: rdtscp 20 ns, clock_gettime 24 ns, rdtsc 10 ns. The C functions are marked for the
/// Swift compiler's allocation and lock checks by hand; it trusts, it does not verify.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define APUS_HOT __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

/// Nanoseconds of CLOCK_MONOTONIC (vDSO, no syscall).
APUS_HOT static inline uint64_t apus_monotonic_nanos(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/// Milliseconds of CLOCK_REALTIME since the epoch.
APUS_HOT static inline int64_t apus_wall_millis(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/// The processor's time stamp before what is measured: nothing later starts before it is read. Where there is none,
/// nanoseconds.
APUS_HOT static inline uint64_t apus_tsc_begin(void) {
#if defined(__x86_64__)
  __builtin_ia32_lfence();
  uint64_t ticks = __builtin_ia32_rdtsc();
  __builtin_ia32_lfence();
  return ticks;
#else
  return apus_monotonic_nanos();
#endif
}

/// The time stamp after it: all of it has retired.
APUS_HOT static inline uint64_t apus_tsc_end(void) {
#if defined(__x86_64__)
  unsigned core;
  uint64_t ticks = __builtin_ia32_rdtscp(&core);
  __builtin_ia32_lfence();
  return ticks;
#else
  return apus_monotonic_nanos();
#endif
}

/// Tells the core that this is a spin loop.
APUS_HOT static inline void apus_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Whether the kernel's clock is disciplined (NTP, PTP): 1 yes, 0 no, -1 unknown. `error_micros` gets the kernel's
/// estimate of the error. Any thread; one syscall.
int apus_clock_synchronised(int64_t *error_micros);

// Stamps: the processor's own counter, told in nanoseconds.
//
// A stamp is nanoseconds on CLOCK_MONOTONIC's scale, so that it may be compared with that clock and so that both sides
// of a fallback speak the same unit. Until `apus_stamps_calibrate` has found the counter usable, and on machines where
// it is not, a stamp is clock_gettime. Rejected: raw ticks in records and histograms, which would save a multiplication
// (1 ns) and leave every reader with two units.

/// Ticks to nanoseconds, valid from `base_ticks` on. Entries are never changed once they are in use.
typedef struct apus_calibration {
  uint64_t base_ticks;
  uint64_t base_nanos;
  /// Nanoseconds a tick in units of 2^-32; 0: the counter is not used.
  uint64_t multiplier;
} apus_calibration;

/// The one in use. Written by `apus_stamps_calibrate` and `apus_stamps_check` only.
extern const apus_calibration *apus_calibration_in_use;

/// The counter: TSC on x86-64, CNTVCT on arm64. It may be read a few instructions early or late.
APUS_HOT static inline uint64_t apus_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#else
  return 0;
#endif
}

/// The counter once everything before it has been executed: 10 ns dearer on x86-64. For the seams between two stages,
/// where a floating reading would charge one stage for the other.
APUS_HOT static inline uint64_t apus_ticks_in_order(void) {
#if defined(__x86_64__)
  unsigned processor;
  return __builtin_ia32_rdtscp(&processor);
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
  return ticks;
#else
  return 0;
#endif
}

APUS_HOT static inline uint64_t apus_nanos_of_ticks(const apus_calibration *calibration, uint64_t ticks) {
  __int128 delta = (int64_t)(ticks - calibration->base_ticks);
  return calibration->base_nanos + (uint64_t)(int64_t)((delta * (__int128)calibration->multiplier) >> 32);
}

/// A stamp, in nanoseconds. Any thread.
APUS_HOT static inline uint64_t apus_stamp_nanos(void) {
  const apus_calibration *calibration = __atomic_load_n(&apus_calibration_in_use, __ATOMIC_ACQUIRE);
  if (__builtin_expect(calibration->multiplier == 0, 0)) return apus_monotonic_nanos();
  return apus_nanos_of_ticks(calibration, apus_ticks());
}

/// A stamp behind everything before it, in nanoseconds. Any thread.
APUS_HOT static inline uint64_t apus_stamp_in_order_nanos(void) {
  const apus_calibration *calibration = __atomic_load_n(&apus_calibration_in_use, __ATOMIC_ACQUIRE);
  if (__builtin_expect(calibration->multiplier == 0, 0)) return apus_monotonic_nanos();
  return apus_nanos_of_ticks(calibration, apus_ticks_in_order());
}

/// Nanoseconds from one stamp to a later one. Counters of two cores may differ by a few ticks: never negative.
APUS_HOT static inline uint64_t apus_nanos_between(uint64_t start, uint64_t end) {
  return (int64_t)(end - start) > 0 ? end - start : 0;
}

/// Why the counter cannot be used by the words of a /proc/cpuinfo; NULL when it can. On x86-64 its rate must be constant
/// (constant_tsc) and it must not stop in deep sleep (nonstop_tsc); on arm64 the architecture promises both.
const char *apus_counter_problem(const char *cpuinfo_path);

/// Compares the counter with CLOCK_MONOTONIC over `millis` (20 gives 1 ppm) and uses it from then on. NULL, or why stamps
/// stay with clock_gettime. Before other threads stamp; sleeps.
const char *apus_stamps_calibrate(uint32_t millis, const char *cpuinfo_path);

/// Nanoseconds a tick of the counter in use, in 2^-32; 0: clock_gettime. Any thread.
static inline uint64_t apus_stamps_multiplier(void) {
  return __atomic_load_n(&apus_calibration_in_use, __ATOMIC_ACQUIRE)->multiplier;
}

/// Compares again: the rate over the time since the last look becomes the rate in use, without a jump. Gives how far it
/// was from the rate before, in parts per million, signed. Beyond 1 % the counter can no longer be trusted (a suspended
/// or migrated machine): stamps go back to clock_gettime for good. One thread, seconds apart.
int64_t apus_stamps_check(void);
