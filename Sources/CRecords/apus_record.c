#include "apus_record.h"
