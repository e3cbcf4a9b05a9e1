/* SHA-256 (FIPS 180-4) and SM3 (GB/T 32905) over EVP; algorithms fetched once a process. Threads:
 * any. */
#pragma once

#include "core/base/attrs.h"
#include "core/base/span.h"

#define SHA256_LEN 32

/* Aborts the process when OpenSSL cannot hash at all: nothing we could say would be true then. */
void sha256(struct span bytes, uint8_t ret[SHA256_LEN]);
void sha256_2(struct span a, struct span b, uint8_t ret[SHA256_LEN]); /* over a ‖ b */
void sha256_parts(const struct span *parts, size_t count, uint8_t ret[SHA256_LEN]); /* over all */

#define SM3_LEN 32

/* SM3 over a ‖ b. False: this OpenSSL has none; ret is untouched. */
MUST_CHECK bool sm3_2(struct span a, struct span b, uint8_t ret[SM3_LEN]);

/* Many pieces, one digest. */
struct sha256_stream;
struct sha256_stream *sha256_new(void); /* NULL: out of memory */
/* Another that has been given the same bytes. NULL: out of memory. */
struct sha256_stream *sha256_copy(const struct sha256_stream *s);
void sha256_add(struct sha256_stream *s, struct span bytes);
void sha256_end(struct sha256_stream *s, uint8_t ret[SHA256_LEN]); /* s may be used again */
void sha256_free(struct sha256_stream *s);

/* Lower-case hex of len bytes and a NUL into ret[2 * len + 1]. */
void hex_encode(const uint8_t *bytes, size_t len, char *ret);
/* Exactly 2 * len hex digits, either case. */
bool hex_decode(struct span text, uint8_t *ret, size_t len);

/* Standard base64 with padding (RFC 4648 section 4). */
struct buf;
void base64_encode(struct span bytes, struct buf *to);
/* Strict: right padding, zero spare bits, no other character. False: not base64; to may hold a
 * part. */
bool base64_decode(struct span text, struct buf *to);

/* True when equal; the time does not depend on where they differ. */
bool bytes_equal_secret(const void *a, const void *b, size_t len);

/* Cryptographically random bytes; aborts when there are none. */
void random_bytes(uint8_t *ret, size_t len);
