/*
 * The order in which status indexes are handed out: dense, but inside each block
 * of 65,536 permuted by a key, so that an index does not tell when its certificate
 * was issued. A Feistel network of eight rounds over two bytes, whose round
 * functions are tables drawn from SHA-256 over key, block and round
 * (docs/formats.md, "Status list"). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define STATUS_BLOCK       65536u
#define STATUS_KEY_LEN     64 /* bytes */
#define STATUS_ROUNDS      8
#define STATUS_TABLE_BYTES 256

struct status_permutation {
    uint8_t key[STATUS_KEY_LEN];
    bool ready; /* tables are of `block` */
    uint32_t block;
    uint8_t tables[STATUS_ROUNDS][STATUS_TABLE_BYTES];
};

/* The status index of the n-th assignment, from 0. A bijection of each block onto itself. */
uint32_t status_permute(struct status_permutation *p, uint32_t n);
