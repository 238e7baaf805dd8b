#include "apus_clock.h"
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>

int apus_clock_synchronised(int64_t *error_micros) {
  struct timex state = {0};
  int status = adjtimex(&state);
  if (status < 0) return -1;
  *error_micros = state.esterror;
  return status != TIME_ERROR && !(state.status & STA_UNSYNC);
}

// A reader holds an entry for nanoseconds and looks come seconds apart: eight are more than enough.
static apus_calibration entries[8];
static unsigned next_entry = 1;
const apus_calibration *apus_calibration_in_use = &entries[0];

// Both clocks at one moment, to within the shortest of 64 brackets.
typedef struct {
  uint64_t ticks;
  uint64_t nanos;
} moment;

static moment last_look;

static moment look(void) {
  moment best = {0, 0};
  uint64_t narrowest = UINT64_MAX;
  for (int attempt = 0; attempt < 64; attempt++) {
    uint64_t before = apus_ticks_in_order();
    uint64_t nanos = apus_monotonic_nanos();
    uint64_t after = apus_ticks_in_order();
    if (after - before < narrowest) {
      narrowest = after - before;
      best = (moment){before + narrowest / 2, nanos};
    }
  }
  return best;
}

static void use(apus_calibration calibration) {
  apus_calibration *entry = &entries[next_entry++ % 8];
  *entry = calibration;
  __atomic_store_n(&apus_calibration_in_use, entry, __ATOMIC_RELEASE);
}

// Nanoseconds a tick in 2^-32; 0 when that is nonsense (stopped, gone back, or outside 1 MHz to 16 GHz).
static uint64_t rate(moment from, moment to) {
  uint64_t ticks = to.ticks - from.ticks;
  if (to.ticks <= from.ticks || to.nanos <= from.nanos) return 0;
  uint64_t multiplier = (uint64_t)(((unsigned __int128)(to.nanos - from.nanos) << 32) / ticks);
  return multiplier > (1ull << 28) && multiplier < (1000ull << 32) ? multiplier : 0;
}

static int64_t parts_per_million(uint64_t multiplier, uint64_t reference) {
  return (int64_t)(((__int128)multiplier - (__int128)reference) * 1000000 / (__int128)reference);
}

const char *apus_counter_problem(const char *cpuinfo_path) {
#if defined(__x86_64__)
  FILE *file = fopen(cpuinfo_path, "re");
  if (!file) return "/proc/cpuinfo cannot be read";
  char line[8192];
  const char *problem = "/proc/cpuinfo has no flags";
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, "flags", 5) != 0) continue;
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\n') line[length - 1] = ' ';
    if (!strstr(line, " constant_tsc ")) problem = "no constant_tsc: its rate follows the clock of the core";
    else if (!strstr(line, " nonstop_tsc ")) problem = "no nonstop_tsc: it stops while the core sleeps";
    else if (!strstr(line, " rdtscp ")) problem = "no rdtscp";
    else problem = NULL;
    break;
  }
  fclose(file);
  return problem;
#elif defined(__aarch64__)
  (void)cpuinfo_path;
  return NULL;
#else
  (void)cpuinfo_path;
  return "no counter known on this processor";
#endif
}

const char *apus_stamps_calibrate(uint32_t millis, const char *cpuinfo_path) {
  use((apus_calibration){0, 0, 0});
  const char *problem = apus_counter_problem(cpuinfo_path);
  if (problem) return problem;
  // Two halves that disagree by more than 0.1 % tell of a counter that jumps.
  struct timespec half = {millis / 2000, (long)(millis % 2000) * 500000};
  moment start = look();
  nanosleep(&half, NULL);
  moment middle = look();
  nanosleep(&half, NULL);
  moment end = look();
  uint64_t first = rate(start, middle), second = rate(middle, end), whole = rate(start, end);
  if (!first || !second || !whole) return "it does not run evenly";
  int64_t difference = parts_per_million(first, second);
  if (difference > 1000 || difference < -1000) return "it does not agree with CLOCK_MONOTONIC";
  last_look = end;
  use((apus_calibration){end.ticks, end.nanos, whole});
  return NULL;
}

int64_t apus_stamps_check(void) {
  apus_calibration old = *apus_calibration_in_use;
  if (old.multiplier == 0) return 0;
  moment now = look();
  uint64_t multiplier = rate(last_look, now);
  int64_t drift = multiplier ? parts_per_million(multiplier, old.multiplier) : -1000000;
  if (drift > 10000 || drift < -10000) {
    use((apus_calibration){0, 0, 0});
    return drift;
  }
  last_look = now;
  // From here on, at the new rate: a stamp never jumps, it may differ from CLOCK_MONOTONIC by what has drifted.
  use((apus_calibration){now.ticks, apus_nanos_of_ticks(&old, now.ticks), multiplier});
  return drift;
}
