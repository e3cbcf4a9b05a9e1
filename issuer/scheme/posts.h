/* The posts of the scheme (JGJ/T 250) as versioned data: code, names, aliases. Pure. */
#pragma once

#include <stdint.h>

#include "core/base/span.h"

#define POST_CODE_MAX 63 /* so that a provider's scope is one 64-bit set */

struct post {
    uint32_t code;
    const char *name, *name_en;
};

const struct post *post_at(size_t i);        /* in order of code; NULL: past the last */
const struct post *post_find(uint32_t code); /* NULL: no such post */

enum post_match { POST_UNKNOWN = 0, POST_NOT_IN_SCHEME, POST_FOUND = 90 };
/* A code ("1", "01") or any name in use: full-width brackets, 装修装饰…, 施工员(土建). 安全员 is
 * POST_NOT_IN_SCHEME. */
enum post_match post_resolve(struct span text, uint32_t *ret_code);
