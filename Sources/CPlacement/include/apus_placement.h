/// Where threads run and memory lies: cpu_set_t, its macros and sys/vfs.h do not import into Swift.
#pragma once
#include <pthread.h>
#include <stdint.h>

/// Processors that can be named, 0 to 1023: glibc's own limit of a fixed set.
enum { APUS_CPUS_MAX = 1024 };

/// The processors the calling thread may run on, as bits; 0, or errno. `words` has APUS_CPUS_MAX / 64 of them.
int apus_cpus_allowed(uint64_t *words);

/// Lets the calling thread, and threads it makes later, run on these only; 0, or errno (EINVAL: none of them exists or is
/// allowed). One syscall.
int apus_cpus_restrict(const uint64_t *words);

/// Lets a thread made with `attributes` begin, and stay, on one processor; 0, or errno. pthread_create fails with EINVAL
/// when it may not run there.
int apus_thread_on_cpu(pthread_attr_t *attributes, int cpu);

/// Keeps every page of the process in memory from the moment it is first touched, now and later; 0, or errno. Not
/// MCL_FUTURE alone, which would touch the whole reserve of trades at once.
int apus_memory_lock(void);

/// Bytes this process may lock (RLIMIT_MEMLOCK, soft); UINT64_MAX: no limit.
uint64_t apus_memory_lock_limit(void);

/// Whether a file's or folder's file system lies in memory: 1 tmpfs or ramfs, 0 another, -1 unknown.
int apus_path_in_memory(const char *path);
