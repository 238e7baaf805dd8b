#define _GNU_SOURCE
#include "thread_stop.h"
#include <sys/syscall.h>
#include <unistd.h>

int test_signal_thread(int process, int thread, int signal) {
  return (int)syscall(SYS_tgkill, process, thread, signal);
}
