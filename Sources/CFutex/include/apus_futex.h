/// Parking a thread on a 32-bit word: variadic syscalls do not import into Swift.
#pragma once
#include <stdint.h>

/// Sleeps while `*word == expected`, at most `timeout_nanos`. Spurious returns are allowed.
void apus_futex_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_nanos);

/// Wakes one sleeper.
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
void apus_futex_wake(const uint32_t *word);
