/*
 * The address that a request is signed for: RFC 9421 "@target-uri" is base and request target, as
 * sent, never decoded. Both sides must write the base in one way: this one. Pure.
 */
#pragma once

#include "core/base/buf.h"

#define TARGET_BASE_MAX 512 /* bytes with NUL */

/*
 * The base of a listening address, for deployments that set no other: "127.0.0.1:8123" is
 * "http://127.0.0.1:8123"; "unix:PATH", which has no name of its own, is "http://localhost".
 */
void target_base_of_listen(const char *listen, char ret[TARGET_BASE_MAX]);

/* "http://host[:port][/path]" or "https://…": visible ASCII, no query, no fragment, no user, no
 * slash at the end. */
bool target_base_valid(struct span base);

/* The parts of a whole target URI, as components want them; borrowed. */
struct target_parts {
    struct span scheme;
    struct span authority; /* as written: "@authority" wants it in lower case, without a default
                              port */
    struct span path;      /* "/" at least when written so; else empty */
    struct span query;     /* with its '?', or empty */
};
/* False: not of the form scheme://authority… */
MUST_CHECK bool target_split(struct span uri, struct target_parts *ret);
