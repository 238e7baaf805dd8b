// The scanner's other way: keys in any order, unknown ones skipped, byte by byte and never past the frame.
#include "symbols.h"

using namespace baseline;

namespace {

enum Seen : uint32_t {
  id = 1, symbol = 2, price = 4, quantity = 8, time = 16, maker = 32, required = 63,
  aggTrade = 64, otherEvent = 128, control = 256, badField = 512, badNumber = 1024, unknownSymbol = 2048,
};

struct Scan {
  const apus_baseline_scanner &scanner;
  const uint8_t *at;
  const uint8_t *const end;
  apus_record &record;
  uint32_t seen = 0;
  uint8_t unescaped[64];  ///< of a value
  uint8_t unescapedKey[64];

  uint8_t byte() const { return at < end ? *at : 0; }

  void skipSpace() {
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
  }

  bool take(uint8_t expected) {
    skipSpace();
    if (byte() != expected) return false;
    ++at;
    return true;
  }

  bool string(const uint8_t *&start, const uint8_t *&stop, bool &escaped) {
    if (!take('"')) return false;
    start = at;
    escaped = false;
    while (at < end) {
      if (*at == '"') {
        stop = at++;
        return true;
      }
      if (*at < 0x20) return false;
      if (*at == '\\') {
        escaped = true;
        ++at;
      }
      ++at;
    }
    return false;
  }

  bool scalar() {
    const uint8_t *const start = at;
    while (at < end) {
      const uint8_t c = *at;
      if (!((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '+' || c == '-' || c == '.')) break;
      ++at;
    }
    return at > start;
  }

  bool skipValue() {
    int depth = 0;
    do {
      skipSpace();
      if (at >= end) return false;
      const uint8_t c = *at;
      if (c == '{' || c == '[') {
        if (++depth > 16) return false;
        ++at;
      } else if (c == '}' || c == ']') {
        if (--depth < 0) return false;
        ++at;
      } else if (c == ',' || c == ':') {
        if (depth == 0) return false;
        ++at;
      } else if (c == '"') {
        const uint8_t *start, *stop;
        bool escaped;
        if (!string(start, stop, escaped)) return false;
      } else if (!scalar()) {
        return false;
      }
    } while (depth > 0);
    return true;
  }

  bool endsValue() const {
    const uint8_t c = byte();
    return c == ',' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  bool integer(int64_t &value, uint32_t bit) {
    if (slowWhole(at, end, value) && endsValue()) {
      seen |= bit;
      return true;
    }
    seen |= badField;
    return false;
  }

  bool decimal(int64_t &value, uint32_t bit, int64_t least) {
    seen |= bit;
    const bool quoted = byte() == '"';
    if (quoted) ++at;
    if (slowUnits(at, end, value) && value >= least) {
      if (!quoted && endsValue()) return true;
      if (quoted && byte() == '"') {
        ++at;
        return true;
      }
    }
    seen |= badNumber;
    return false;
  }

  static int hexDigit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  /// The four digits after `\\u`; -1 when they aren't.
  static int32_t unit(const uint8_t *&from, const uint8_t *stop) {
    if (stop - from < 4) return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const int digit = hexDigit(*from++);
      if (digit < 0) return -1;
      value = value << 4 | digit;
    }
    return value;
  }

  /// A string of at most 64 bytes without its escapes; its length, or -1.
  static int plain(const uint8_t *from, const uint8_t *stop, uint8_t *text) {
    int count = 0;
    const auto put = [&](uint32_t byte) {
      if (count == 64) return false;
      text[count++] = uint8_t(byte);
      return true;
    };
    while (from < stop) {
      const uint8_t c = *from++;
      if (c != '\\') {
        if (!put(c)) return -1;
        continue;
      }
      if (from >= stop) return -1;
      const uint8_t escape = *from++;
      if (escape != 'u') {
        const char *const known = strchr("\"\"\\\\//b\bf\fn\nr\rt\t", escape);
        if (escape == 0 || escape < ' ' || !known || !put(uint8_t(known[1]))) return -1;
        continue;
      }
      int32_t code = unit(from, stop);
      if (code < 0) return -1;
      if (code >= 0xD800 && code <= 0xDFFF) {
        if (code > 0xDBFF || stop - from < 2 || from[0] != '\\' || from[1] != 'u') return -1;
        from += 2;
        const int32_t low = unit(from, stop);
        if (low < 0xDC00 || low > 0xDFFF) return -1;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      }
      const uint32_t u = uint32_t(code);
      const bool fits = u < 0x80    ? put(u)
                        : u < 0x800 ? put(0xC0 | u >> 6) && put(0x80 | (u & 63))
                        : u < 0x10000
                            ? put(0xE0 | u >> 12) && put(0x80 | (u >> 6 & 63)) && put(0x80 | (u & 63))
                            : put(0xF0 | u >> 18) && put(0x80 | (u >> 12 & 63)) && put(0x80 | (u >> 6 & 63)) && put(0x80 | (u & 63));
      if (!fits) return -1;
    }
    return count;
  }

  /// A value of a key that aggTrades have; false leaves it to be skipped.
  bool field(const uint8_t *key, size_t length) {
    const uint8_t *start, *stop;
    bool escaped;
    int64_t value = 0;
    if (length == 1) {
      switch (key[0]) {
        case 'e':
          if (!string(start, stop, escaped)) return false;
          if (escaped) {
            const int count = plain(start, stop, unescaped);
            start = unescaped;
            stop = unescaped + (count < 0 ? 0 : count);
          }
          seen |= stop - start == 8 && memcmp(start, "aggTrade", 8) == 0 ? aggTrade : otherEvent;
          return true;
        case 's': {
          if (!string(start, stop, escaped)) {
            seen |= badField;
            return false;
          }
          seen |= symbol;
          if (escaped) {
            const int count = plain(start, stop, unescaped);
            start = unescaped;
            stop = unescaped + (count < 0 ? 0 : count);
          }
          const int32_t found = scanner.find(start, size_t(stop - start));
          if (found >= 0) record.symbol = uint32_t(found);
          else seen |= unknownSymbol;
          return true;
        }
        case 'a': return integer(record.id, id);
        case 'T':
          if (!integer(record.time_ms, time)) return false;
          if (record.time_ms < 1 || record.time_ms > 100000000000000) seen |= badField;
          return true;
        case 'p': return decimal(record.price_e8, price, 1);
        case 'q': return decimal(record.quantity_e8, quantity, 0);
        case 'm': {
          const uint8_t *const from = at;
          if (!skipValue()) return false;
          const size_t n = size_t(at - from);
          const bool isTrue = n == 4 && memcmp(from, "true", 4) == 0;
          if (!isTrue && !(n == 5 && memcmp(from, "false", 5) == 0)) {
            seen |= badField;
            return true;
          }
          record.flags = isTrue ? 1 : 0;
          seen |= maker;
          return true;
        }
        case 'f': return integer(record.first_id, 0);
        case 'l': {
          if (!integer(value, 0)) return false;
          const int64_t distance = value - record.first_id;
          record.span = record.first_id > 0 && uint64_t(distance) <= UINT32_MAX ? uint32_t(distance) : 0;
          return true;
        }
      }
      return false;
    }
    if (length == 2 && key[0] == 's' && key[1] == 't') {
      if (!integer(value, 0)) return false;
      if (value != 1) seen |= otherEvent;
      return true;
    }
    if ((length == 4 && memcmp(key, "code", 4) == 0) || (length == 6 && memcmp(key, "result", 6) == 0)) seen |= control;
    return false;
  }

  bool object(bool isData) {
    if (!take('{')) return false;
    for (bool first = true;; first = false) {
      skipSpace();
      if (at >= end) return false;
      if (*at == '}') {
        ++at;
        return true;
      }
      if (!first && !take(',')) return false;
      const uint8_t *key, *keyEnd;
      bool escaped;
      if (!string(key, keyEnd, escaped) || !take(':')) return false;
      skipSpace();
      if (escaped) {
        const int count = plain(key, keyEnd, unescapedKey);
        key = unescapedKey;
        keyEnd = unescapedKey + (count < 0 ? 0 : count);
      }
      const size_t length = size_t(keyEnd - key);
      if (!isData && length == 4 && memcmp(key, "data", 4) == 0) {
        if (byte() == '{' ? !object(true) : !skipValue()) return false;
        continue;
      }
      const uint8_t *const value = at;
      if (field(key, length)) continue;
      at = value;
      if (!skipValue()) return false;
    }
  }
};

}  // namespace

extern "C" int32_t apus_baseline_scan_any_order(
    const apus_baseline_scanner *scanner, const uint8_t *frame, size_t length, apus_record *record) {
  Scan scan{*scanner, frame, frame + length, *record, 0, {}, {}};
  if (!scan.object(false)) return APUS_BASELINE_MALFORMED;
  scan.skipSpace();
  if (scan.at != scan.end) return APUS_BASELINE_MALFORMED;
  const uint32_t seen = scan.seen;
  if (!(seen & aggTrade)) return seen & control ? APUS_BASELINE_CONTROL : APUS_BASELINE_OTHER_EVENT;
  if (seen & otherEvent) return APUS_BASELINE_OTHER_EVENT;
  if (seen & badField) return APUS_BASELINE_MALFORMED;
  if (seen & badNumber) return APUS_BASELINE_BAD_NUMBER;
  if ((seen & required) != required) return APUS_BASELINE_MALFORMED;
  return seen & unknownSymbol ? APUS_BASELINE_UNKNOWN_SYMBOL : APUS_BASELINE_TRADE;
}
