/// What a measured program tells the counters around it (AllocationCount, strace, callgrind), and what it does wrong on
/// purpose so that the gate's own test sees them notice.
#pragma once
#include <stdint.h>

/// Calls `body(context)` between two marks. A mark is a write of `apus:begin` or `apus:end` to descriptor -1: it fails, and
/// whoever watches the program's calls sees it. callgrind collects inside `apus_probe_section`, which the marks are not.
void apus_probe_counted(void (*body)(void *context), void *context);

/// Planted faults; the caller has decided that this trade gets one.
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation"))) void apus_probe_spend(int64_t instructions);
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation"))) void apus_probe_allocate(void);
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation"))) void apus_probe_syscall(void);
