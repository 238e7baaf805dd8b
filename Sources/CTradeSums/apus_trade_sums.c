// Everything is inline in the header; a target needs a source.
#include "apus_trade_sums.h"
