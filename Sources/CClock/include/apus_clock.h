/// Clocks for timing, never for deciding: `now` reaches the engine as an event's value.
///
/// Costs on a 2-core EPYC VM: rdtscp 20 ns, clock_gettime 24 ns, rdtsc 10 ns. The C functions are marked for the
/// Swift compiler's allocation and lock checks by hand; it trusts, it does not verify.
#pragma once
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
