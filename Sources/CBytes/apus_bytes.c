#include "apus_bytes.h"
