#include "apus_latency.h"
