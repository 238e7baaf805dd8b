#include "apus_probe.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void mark(const char *text) {
  // Nobody is at descriptor -1; the answer is always EBADF.
  ssize_t ignored = write(-1, text, strlen(text));
  (void)ignored;
}

// By name in callgrind's option, so neither in line nor renamed.
__attribute__((noinline)) void apus_probe_section(void (*body)(void *), void *context) {
  body(context);
  // Keeps the call from becoming a jump, after which callgrind would not see the function end.
  __asm__ volatile("" ::: "memory");
}

void apus_probe_counted(void (*body)(void *), void *context) {
  mark("apus:begin");
  apus_probe_section(body, context);
  mark("apus:end");
}

void apus_probe_allocate(void) {
  void *volatile memory = malloc(48);
  free(memory);
}

void apus_probe_syscall(void) { (void)getppid(); }
