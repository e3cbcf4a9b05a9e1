/*
 * Tokens whose signature has held in this process, by the hash of their leaf (docs/decisions). A
 * table of fixed size: what has no room pushes another out. One belongs to one trust list: its keys
 * are meant by their place there. Threads: any.
 */
#pragma once

#include "core/cert/tlog.h"
#include "keys/trust/trust_list.h"

#define KNOWN_MAX ((size_t)1 << 20) /* tokens; 36 bytes each, taken as they come */

struct known;

/* trust: the bytes of the list. NULL: out of memory. */
struct known *known_new(struct span trust);
struct known *known_share(struct known *k); /* one more owner */
void known_free(struct known *k);           /* NULL is fine */
bool known_is_of(const struct known *k, struct span trust);

/* The place of the key in the list that verified this very token; -1: not known. */
int32_t known_find(struct known *k, const struct tlog_hash *leaf);
void known_keep(struct known *k, const struct tlog_hash *leaf, uint32_t key);
