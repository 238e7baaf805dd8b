#define _GNU_SOURCE
#include "apus_placement.h"
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/vfs.h>

_Static_assert(sizeof(cpu_set_t) * 8 == APUS_CPUS_MAX, "glibc's set has another size");

int apus_cpus_allowed(uint64_t *words) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return errno;
  memset(words, 0, APUS_CPUS_MAX / 8);
  for (int cpu = 0; cpu < APUS_CPUS_MAX; cpu++) {
    if (CPU_ISSET(cpu, &set)) words[cpu / 64] |= 1ull << (cpu % 64);
  }
  return 0;
}

int apus_cpus_restrict(const uint64_t *words) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int cpu = 0; cpu < APUS_CPUS_MAX; cpu++) {
    if (words[cpu / 64] >> (cpu % 64) & 1) CPU_SET(cpu, &set);
  }
  return sched_setaffinity(0, sizeof set, &set) == 0 ? 0 : errno;
}

int apus_thread_on_cpu(pthread_attr_t *attributes, int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < 0 || cpu >= APUS_CPUS_MAX) return EINVAL;
  CPU_SET(cpu, &set);
  return pthread_attr_setaffinity_np(attributes, sizeof set, &set);
}

int apus_memory_lock(void) {
#ifdef MCL_ONFAULT
  return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 ? 0 : errno;
#else
  return ENOSYS;
#endif
}

uint64_t apus_memory_lock_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
  return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit.rlim_cur;
}

int apus_path_in_memory(const char *path) {
  struct statfs status;
  if (statfs(path, &status) != 0) return -1;
  return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}
