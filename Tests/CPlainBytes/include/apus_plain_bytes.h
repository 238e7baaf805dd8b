/// The functions of apus_bytes.h without vectors, to compare.
#pragma once
#include <stdint.h>

typedef struct apus_plain_number {
  int64_t value;
  int64_t length;
} apus_plain_number;

int apus_plain_has_vectors(void);
uint32_t apus_plain_string_ends16(const uint8_t *at);
uint32_t apus_plain_quotes16(const uint8_t *at);
apus_plain_number apus_plain_whole15(const uint8_t *at);
apus_plain_number apus_plain_decimal15(const uint8_t *at, uint8_t closer);
