#define _GNU_SOURCE
#include "apus_futex.h"
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void apus_futex_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_nanos) {
  struct timespec t = {(time_t)(timeout_nanos / 1000000000ull), (long)(timeout_nanos % 1000000000ull)};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, &t, NULL, 0);
}

void apus_futex_wake(const uint32_t *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
