#define APUS_PLAIN_BYTES 1
#include "apus_plain_bytes.h"

#include "apus_bytes.h"

int apus_plain_has_vectors(void) { return apus_has_vectors(); }

uint32_t apus_plain_string_ends16(const uint8_t *at) { return apus_string_ends16(at); }

uint32_t apus_plain_quotes16(const uint8_t *at) { return apus_quotes16(at); }

apus_plain_number apus_plain_whole15(const uint8_t *at) {
  apus_number number = apus_whole15(at);
  return (apus_plain_number){number.value, number.length};
}

apus_plain_number apus_plain_decimal15(const uint8_t *at, uint8_t closer) {
  apus_number number = apus_decimal15(at, closer);
  return (apus_plain_number){number.value, number.length};
}
