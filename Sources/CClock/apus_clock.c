#include "apus_clock.h"
