#include "digits.h"

#ifdef __AVX2__
namespace baseline {
alignas(16) const uint8_t kKeepLast[17][16] = {
#define APUS_ROW(n)                                                                                                   \
  {                                                                                                                   \
    n > 15 ? 255 : 0, n > 14 ? 255 : 0, n > 13 ? 255 : 0, n > 12 ? 255 : 0, n > 11 ? 255 : 0, n > 10 ? 255 : 0,       \
        n > 9 ? 255 : 0, n > 8 ? 255 : 0, n > 7 ? 255 : 0, n > 6 ? 255 : 0, n > 5 ? 255 : 0, n > 4 ? 255 : 0,         \
        n > 3 ? 255 : 0, n > 2 ? 255 : 0, n > 1 ? 255 : 0, n > 0 ? 255 : 0                                            \
  }
    APUS_ROW(0),  APUS_ROW(1),  APUS_ROW(2),  APUS_ROW(3),  APUS_ROW(4),  APUS_ROW(5),  APUS_ROW(6),  APUS_ROW(7), APUS_ROW(8),
    APUS_ROW(9),  APUS_ROW(10), APUS_ROW(11), APUS_ROW(12), APUS_ROW(13), APUS_ROW(14), APUS_ROW(15), APUS_ROW(16)
#undef APUS_ROW
};
#define APUS_WHOLE(d, j) (d - 8 + j >= 0 ? d - 8 + j : 128)
#define APUS_DECIMAL(d, j) (d + 1 + j <= 15 ? d + 1 + j : 128)
#define APUS_ROW(d)                                                                                                   \
  {                                                                                                                   \
    APUS_WHOLE(d, 0), APUS_WHOLE(d, 1), APUS_WHOLE(d, 2), APUS_WHOLE(d, 3), APUS_WHOLE(d, 4), APUS_WHOLE(d, 5),       \
        APUS_WHOLE(d, 6), APUS_WHOLE(d, 7), APUS_DECIMAL(d, 0), APUS_DECIMAL(d, 1), APUS_DECIMAL(d, 2),               \
        APUS_DECIMAL(d, 3), APUS_DECIMAL(d, 4), APUS_DECIMAL(d, 5), APUS_DECIMAL(d, 6), APUS_DECIMAL(d, 7)            \
  }
alignas(16) const uint8_t kSplitAt[16][16] = {
    APUS_ROW(0), APUS_ROW(1), APUS_ROW(2),  APUS_ROW(3),  APUS_ROW(4),  APUS_ROW(5),  APUS_ROW(6),  APUS_ROW(7),
    APUS_ROW(8), APUS_ROW(9), APUS_ROW(10), APUS_ROW(11), APUS_ROW(12), APUS_ROW(13), APUS_ROW(14), APUS_ROW(15)};
#undef APUS_ROW
#undef APUS_WHOLE
#undef APUS_DECIMAL
}  // namespace baseline
#endif
