/*
 * Settings files (inih is included from this folder alone): a table of keys says
 * what may stand in one. Unknown keys, repeated keys and values out of range are
 * refused, naming the line. The same table writes the file with its explanations.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

#define INI_FILE_MAX 65536u /* bytes */
#define INI_KEYS_MAX 64

enum ini_kind {
    INI_TEXT, /* char[max]: at most max − 1 bytes of UTF-8 without control characters */
    INI_U32,  /* uint32_t, min to max */
    INI_U64,  /* uint64_t, min to max */
    INI_FLAG, /* bool: yes or no */
};

struct ini_key {
    const char *section; /* "" is the part before the first section */
    const char *name;
    enum ini_kind kind;
    uint64_t min, max;        /* see the kinds; INI_FLAG: unused */
    const char *default_text; /* as it would stand in the file */
    size_t offset;            /* where in the caller's settings */
    const char *zh, *en;      /* what it is, with its unit */
};

/*
 * Fills settings: every default, then what the text says.
 *
 * keys  ends with a row whose name is NULL; at most INI_KEYS_MAX
 *
 * RC_FORMAT  d names the line and the key; settings holds defaults and what came before
 */
MUST_CHECK enum rc ini_read(struct span text, const struct ini_key *keys, void *settings,
                            struct diag *d);

/* Appends the whole file: each key with its explanations, range and default. Sections must stand
 * together. */
void ini_put_defaults(struct buf *to, const struct ini_key *keys);
