/* The register's tables by the back door: what a bad disk, or somebody with a tool, may do. */
#pragma once

#include "tests/unit/register/engine_fixture.h"

#include <lmdb.h>

struct raw {
    MDB_env *env;
    MDB_txn *txn;
};
void raw_open(struct raw *w, const struct fixture *f);
void raw_close(struct raw *w); /* commits */

struct span raw_get(struct raw *w, const char *table, struct span key); /* fails the test: none */
void raw_put(struct raw *w, const char *table, struct span key, struct span value);
void raw_delete(struct raw *w, const char *table, struct span key);
/* The n-th entry of a table from its first key; false: fewer. */
bool raw_at(struct raw *w, const char *table, size_t n, struct span *ret_key,
            struct span *ret_value);

/* Big-endian keys: widths and values in turn. */
struct raw_key {
    uint8_t bytes[64];
    size_t len;
};
struct raw_key raw_key2(size_t width_a, uint64_t a, size_t width_b, uint64_t b);
struct raw_key raw_key1(size_t width, uint64_t v);
struct span raw_span(const struct raw_key *k);

/*
 * Where the content of an item stands in a value: path[0]-th item of the array, path[1]-th of that
 * one, and so on until -1. Integers: their last byte, of small ones the head itself; strings: the
 * first byte of the content.
 */
size_t raw_place(struct span value, const int *path);
/* XORs the byte there with `bits`. */
void raw_turn(struct raw *w, const char *table, struct span key, const int *path, uint8_t bits);
