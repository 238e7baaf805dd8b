/// What a measured program tells the counters around it (AllocationCount, strace, callgrind), and what it does wrong on
/// purpose so that the gate's own test sees them notice.
#pragma once
#include <stdint.h>

/// Calls `body(context)` between two marks. A mark is a write of `apus:begin` or `apus:end` to descriptor -1: it fails, and
/// whoever watches the program's calls sees it. callgrind collects inside `apus_probe_section`, which the marks are not.
void apus_probe_counted(void (*body)(void *context), void *context);

#define APUS_PLANTED __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

/// Planted faults; the caller has decided that this trade gets one. In line, so that asking for ten instructions gives
/// about ten.
APUS_PLANTED static inline void apus_probe_spend(uint64_t instructions) {
  uint64_t turns = instructions >> 1;
#if defined(__x86_64__)
  if (turns > 0) __asm__ volatile("1: decq %0\n\tjnz 1b" : "+r"(turns) : : "cc");
#else
  for (; turns > 0; turns--) __asm__ volatile("" : "+r"(turns));
#endif
}

APUS_PLANTED void apus_probe_allocate(void);
APUS_PLANTED void apus_probe_syscall(void);
