/*
 * Writes JSON text piece by piece, without a tree in memory: for answers by the
 * thousand. The same bytes as json_write() of the same values gives.
 *
 *     struct json_out o = json_out_to(&buf, 2, 0);
 *     json_out_open(&o, NULL, '{');
 *     json_out_text(&o, "name", name);
 *     json_out_close(&o, '}');
 *
 * The outermost value is an object or array. key: of a member; NULL inside an array and for the
 * outermost value; keys are ours and need no escape. Failure is the buffer's (core/base/buf.h).
 */
#pragma once

#include "core/base/buf.h"

struct json_out {
    struct buf *to;  /* borrowed */
    unsigned indent; /* spaces a level; 0: compact */
    unsigned depth;
    bool first;     /* nothing stands in the open object or array yet */
    bool outermost; /* nothing was opened yet */
};

/* depth  how many levels of indent the outermost value already has */
struct json_out json_out_to(struct buf *to, unsigned indent, unsigned depth);

void json_out_open(struct json_out *o, const char *key, char bracket);
void json_out_close(struct json_out *o, char bracket);
void json_out_text(struct json_out *o, const char *key, struct span utf8);
void json_out_int(struct json_out *o, const char *key, int64_t value);
void json_out_bool(struct json_out *o, const char *key, bool value);
void json_out_null(struct json_out *o, const char *key);
