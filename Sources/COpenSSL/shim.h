#pragma once
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

/// SHA-256 of `count` bytes into 32, without an allocation: the one-shot SHA256() fetches its algorithm each time.
/// OpenSSL 3 deprecates the low-level calls but keeps them; ids need no provider.
#include <stdint.h>
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
static inline void apus_sha256(const void *bytes, size_t count, uint8_t *digest) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes, count);
  SHA256_Final(digest, &context);
#pragma clang diagnostic pop
}
