/*
 * Strict deterministic CBOR (RFC 8949 section 4.2.1), the subset that our
 * formats use: unsigned and negative integers, byte and text strings, arrays,
 * maps, tags, false, true, null. Everything else is refused: indefinite
 * lengths, longer-than-needed heads, floats, undefined, other simple values.
 * Text must be valid UTF-8. Keys of a map must ascend bytewise, so none repeats.
 *
 * The reader borrows its input. After a failure it stays failed: every later
 * call fails too, so a parser may read many items and ask once.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/reader.h"

#define CBOR_MAX_DEPTH 16

struct cbor_reader {
    struct reader r;
    struct diag *d; /* may be NULL; the first cause wins */
    bool failed;
};

struct cbor_reader cbor_reader_over(struct span in, struct diag *d);

/* Each false on failure (the cause is in d with its offset). name is the subject in the message. */
MUST_CHECK bool cbor_uint(struct cbor_reader *c, const char *name, uint64_t max, uint64_t *ret);
MUST_CHECK bool cbor_int(struct cbor_reader *c, const char *name, int64_t *ret);
MUST_CHECK bool cbor_bytes(struct cbor_reader *c, const char *name, size_t min, size_t max,
                           struct span *ret);
MUST_CHECK bool cbor_text(struct cbor_reader *c, const char *name, size_t min, size_t max,
                          struct span *ret);
MUST_CHECK bool cbor_bool(struct cbor_reader *c, const char *name, bool *ret);
MUST_CHECK bool cbor_array(struct cbor_reader *c, const char *name, uint64_t max,
                           uint64_t *ret_count);
MUST_CHECK bool cbor_tag(struct cbor_reader *c, const char *name, uint64_t tag);
/* The major type (0 to 7) of the next item, or -1 at the end. */
int cbor_peek(const struct cbor_reader *c);

/*
 * A map with integer keys. cbor_map() reads the head; cbor_map_key() then says whether the next key
 * is this one, and consumes it if so. A required key that is not there: cbor_map_need(). At the end
 * cbor_map_end() refuses keys that nobody asked for. Ask in ascending encoded order (0, 1, …, -1,
 * -2, …).
 */
struct cbor_map {
    uint64_t left;
    struct span last_key; /* encoded */
};
MUST_CHECK bool cbor_map(struct cbor_reader *c, const char *name, uint64_t max,
                         struct cbor_map *ret);
MUST_CHECK bool cbor_map_key(struct cbor_reader *c, struct cbor_map *m, int64_t key);
MUST_CHECK bool cbor_map_need(struct cbor_reader *c, struct cbor_map *m, int64_t key,
                              const char *name);
MUST_CHECK bool cbor_map_key_text(struct cbor_reader *c, struct cbor_map *m, const char *key);
MUST_CHECK bool cbor_map_end(struct cbor_reader *c, struct cbor_map *m, const char *name);

/* Takes one whole well-formed item of any kind; *ret is its bytes. */
MUST_CHECK bool cbor_skip(struct cbor_reader *c, const char *name, struct span *ret);
/* Fails when bytes are left. */
MUST_CHECK bool cbor_end(struct cbor_reader *c);
/* Records a failure of the caller's own at the reader's place; returns false. */
PRINTF_LIKE(2, 3) bool cbor_fail(struct cbor_reader *c, const char *fmt, ...);
/* The same with the offset `at`. */
PRINTF_LIKE(3, 4) bool cbor_fail_at(struct cbor_reader *c, size_t at, const char *fmt, ...);

/* The writer: shortest heads; the caller keeps the order of keys. */
void cbor_put_uint(struct buf *b, uint64_t v);
void cbor_put_int(struct buf *b, int64_t v);
void cbor_put_bytes(struct buf *b, struct span s);
void cbor_put_text(struct buf *b, struct span s);
void cbor_put_cstr(struct buf *b, const char *text);
void cbor_put_bool(struct buf *b, bool v);
void cbor_put_null(struct buf *b);
void cbor_put_array(struct buf *b, uint64_t count);
void cbor_put_map(struct buf *b, uint64_t count);
void cbor_put_tag(struct buf *b, uint64_t tag);
