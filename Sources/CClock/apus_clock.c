#include "apus_clock.h"
#include <sys/timex.h>

int apus_clock_synchronised(int64_t *error_micros) {
  struct timex state = {0};
  int status = adjtimex(&state);
  if (status < 0) return -1;
  *error_micros = state.esterror;
  return status != TIME_ERROR && !(state.status & STA_UNSYNC);
}
