// Counts what a program asks of the allocator and of the kernel's memory calls between its marks (see apus_probe.h).
//
//   cc -O2 -shared -fPIC -o allocation_count.so allocation_count.c -ldl
//   LD_PRELOAD=./allocation_count.so APUS_COUNT_FILE=counts.json hot-probe decision
//
// All threads are counted. The first callers are named, so that a count above zero says where to look. Only glibc: the
// allocator behind this one is reached by glibc's own names, since dlsym may itself allocate.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

enum kind { MALLOC, CALLOC, REALLOC, FREE, POSIX_MEMALIGN, ALIGNED_ALLOC, MEMALIGN, MMAP, MUNMAP, BRK, KINDS };
static const char *const names[KINDS] = {
  "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "memalign", "mmap", "munmap", "brk"};

#define CALLERS_MAX 8
static _Atomic int counting;
static _Atomic int sections;
static _Atomic uint64_t counts[KINDS];
static _Atomic int caller_count;
static struct { void *address; enum kind kind; } callers[CALLERS_MAX];

static void count(enum kind kind, void *caller) {
  if (!atomic_load_explicit(&counting, memory_order_relaxed)) return;
  atomic_fetch_add_explicit(&counts[kind], 1, memory_order_relaxed);
  int position = atomic_fetch_add_explicit(&caller_count, 1, memory_order_relaxed);
  if (position < CALLERS_MAX) {
    callers[position].address = caller;
    callers[position].kind = kind;
  }
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t bytes) { count(MALLOC, CALLER); return __libc_malloc(bytes); }
void *calloc(size_t n, size_t bytes) { count(CALLOC, CALLER); return __libc_calloc(n, bytes); }
void *realloc(void *p, size_t bytes) { count(REALLOC, CALLER); return __libc_realloc(p, bytes); }
void free(void *p) {
  // Freeing nothing does nothing.
  if (p) count(FREE, CALLER);
  __libc_free(p);
}

void *memalign(size_t alignment, size_t bytes) { count(MEMALIGN, CALLER); return __libc_memalign(alignment, bytes); }
void *aligned_alloc(size_t alignment, size_t bytes) {
  count(ALIGNED_ALLOC, CALLER);
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **result, size_t alignment, size_t bytes) {
  count(POSIX_MEMALIGN, CALLER);
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  void *memory = __libc_memalign(alignment, bytes);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset) {
  count(MMAP, CALLER);
  return (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset);
}
void *mmap64(void *at, size_t bytes, int protection, int flags, int file, off64_t offset) {
  count(MMAP, CALLER);
  return (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset);
}
int munmap(void *at, size_t bytes) { count(MUNMAP, CALLER); return (int)syscall(SYS_munmap, at, bytes); }

int brk(void *end) {
  count(BRK, CALLER);
  int (*next)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "brk");
  return next(end);
}
void *sbrk(intptr_t bytes) {
  count(BRK, CALLER);
  void *(*next)(intptr_t) = (void *(*)(intptr_t))dlsym(RTLD_NEXT, "sbrk");
  return next(bytes);
}

// The counts so far as a file, named by APUS_COUNT_FILE or on standard error.
static void report(void) {
  const char *path = getenv("APUS_COUNT_FILE");
  int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644) : 2;
  if (file < 0) {
    dprintf(2, "allocation_count: %s cannot be written: %s\n", path, strerror(errno));
    _exit(74);
  }
  dprintf(file, "{\"sections\":%d,\"counts\":{", atomic_load(&sections));
  for (int kind = 0; kind < KINDS; kind++) {
    dprintf(file, "%s\"%s\":%llu", kind ? "," : "", names[kind], (unsigned long long)atomic_load(&counts[kind]));
  }
  dprintf(file, "},\"callers\":[");
  int found = atomic_load(&caller_count);
  for (int position = 0; position < found && position < CALLERS_MAX; position++) {
    Dl_info info = {0};
    dladdr(callers[position].address, &info);
    uintptr_t offset = (uintptr_t)callers[position].address - (uintptr_t)info.dli_fbase;
    dprintf(
      file, "%s{\"kind\":\"%s\",\"object\":\"%s\",\"offset\":%llu}", position ? "," : "", names[callers[position].kind],
      info.dli_fname ? info.dli_fname : "", (unsigned long long)offset);
  }
  dprintf(file, "]}\n");
  if (path) close(file);
}

ssize_t write(int file, const void *bytes, size_t size) {
  if (file == -1) {
    if (size == 10 && memcmp(bytes, "apus:begin", size) == 0) {
      atomic_fetch_add(&sections, 1);
      atomic_store(&counting, 1);
    }
    if (size == 8 && memcmp(bytes, "apus:end", size) == 0) {
      atomic_store(&counting, 0);
      report();
    }
  }
  return syscall(SYS_write, file, bytes, size);
}
