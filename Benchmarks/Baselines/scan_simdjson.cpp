// simdjson's on-demand reader into the same record, where Package.swift was told that it is installed.
#include "symbols.h"

#ifdef APUS_SIMDJSON
#include <simdjson.h>

using namespace simdjson;

struct apus_baseline_simdjson {
  ondemand::parser parser;
};

namespace {

/// The exact decimal of a quoted number; simdjson itself would give a double.
bool quoted(ondemand::value &value, int64_t &units) {
  std::string_view text;
  if (value.get_string().get(text)) return false;
  const uint8_t *at = reinterpret_cast<const uint8_t *>(text.data());
  const uint8_t *const end = at + text.size();
  return baseline::slowUnits(at, end, units) && at == end;
}

int32_t read(ondemand::object &object, const apus_baseline_scanner &scanner, apus_record &record) {
  uint32_t seen = 0;
  int64_t last = 0;
  for (auto field : object) {
    std::string_view key;
    if (field.unescaped_key().get(key)) return APUS_BASELINE_MALFORMED;
    ondemand::value value;
    if (std::move(field).value().get(value)) return APUS_BASELINE_MALFORMED;
    std::string_view text;
    bool isMaker;
    if (key.size() == 1) {
      switch (key[0]) {
        case 'e':
          if (value.get_string().get(text)) return APUS_BASELINE_MALFORMED;
          if (text != "aggTrade") return APUS_BASELINE_OTHER_EVENT;
          seen |= 64;
          break;
        case 'a':
          if (value.get_int64().get(record.id)) return APUS_BASELINE_MALFORMED;
          seen |= 1;
          break;
        case 's': {
          if (value.get_string().get(text)) return APUS_BASELINE_MALFORMED;
          int32_t index;
          if (text.size() <= 16) {
            uint64_t parts[2] = {0, 0};
            memcpy(parts, text.data(), text.size());
            index = scanner.find(parts[0], parts[1]);
          } else {
            index = scanner.find(reinterpret_cast<const uint8_t *>(text.data()), text.size());
          }
          if (index < 0) return APUS_BASELINE_UNKNOWN_SYMBOL;
          record.symbol = uint32_t(index);
          seen |= 2;
          break;
        }
        case 'p':
          if (!quoted(value, record.price_e8) || record.price_e8 < 1) return APUS_BASELINE_BAD_NUMBER;
          seen |= 4;
          break;
        case 'q':
          if (!quoted(value, record.quantity_e8)) return APUS_BASELINE_BAD_NUMBER;
          seen |= 8;
          break;
        case 'f':
          if (value.get_int64().get(record.first_id)) return APUS_BASELINE_MALFORMED;
          break;
        case 'l':
          if (value.get_int64().get(last)) return APUS_BASELINE_MALFORMED;
          break;
        case 'T':
          if (value.get_int64().get(record.time_ms)) return APUS_BASELINE_MALFORMED;
          if (record.time_ms < 1 || record.time_ms > 100000000000000) return APUS_BASELINE_MALFORMED;
          seen |= 16;
          break;
        case 'm':
          if (value.get_bool().get(isMaker)) return APUS_BASELINE_MALFORMED;
          record.flags = isMaker ? 1 : 0;
          seen |= 32;
          break;
      }
    } else if (key == "st") {
      int64_t set;
      if (value.get_int64().get(set)) return APUS_BASELINE_MALFORMED;
      if (set != 1) return APUS_BASELINE_OTHER_EVENT;
    }
  }
  if (seen != 127) return APUS_BASELINE_MALFORMED;
  const int64_t distance = last - record.first_id;
  record.span = record.first_id > 0 && uint64_t(distance) <= UINT32_MAX ? uint32_t(distance) : 0;
  return APUS_BASELINE_TRADE;
}

}  // namespace

extern "C" {

int32_t apus_baseline_has_simdjson(void) { return 1; }
const char *apus_baseline_simdjson_version(void) { return SIMDJSON_STRINGIFY(SIMDJSON_VERSION); }
apus_baseline_simdjson *apus_baseline_simdjson_make(void) { return new apus_baseline_simdjson; }
void apus_baseline_simdjson_free(apus_baseline_simdjson *parser) { delete parser; }

int32_t apus_baseline_simdjson_scan(
    apus_baseline_simdjson *parser, const apus_baseline_scanner *scanner, const uint8_t *frame, size_t length,
    apus_record *record) {
  static_assert(SIMDJSON_PADDING <= 64, "frames are followed by 64 readable bytes");
  ondemand::document document;
  if (parser->parser.iterate(frame, length, length + 64).get(document)) return APUS_BASELINE_MALFORMED;
  ondemand::object object;
  if (document.get_object().get(object)) return APUS_BASELINE_MALFORMED;
  if (frame[2] == 's') {
    ondemand::object data;
    if (object.find_field("data").get_object().get(data)) return APUS_BASELINE_MALFORMED;
    const int32_t outcome = read(data, *scanner, *record);
    if (outcome != APUS_BASELINE_TRADE) return outcome;
  } else {
    const int32_t outcome = read(object, *scanner, *record);
    if (outcome != APUS_BASELINE_TRADE) return outcome;
  }
  return APUS_BASELINE_TRADE;
}

}
#else

struct apus_baseline_simdjson {};
extern "C" {
int32_t apus_baseline_has_simdjson(void) { return 0; }
const char *apus_baseline_simdjson_version(void) { return ""; }
apus_baseline_simdjson *apus_baseline_simdjson_make(void) { return nullptr; }
void apus_baseline_simdjson_free(apus_baseline_simdjson *) {}
int32_t apus_baseline_simdjson_scan(
    apus_baseline_simdjson *, const apus_baseline_scanner *, const uint8_t *, size_t, apus_record *) {
  return APUS_BASELINE_MALFORMED;
}
}
#endif
