/*
 * Where an intake is: "https://HOST[:PORT][/PATH]", "unix:PATH", or "http://…" on this machine
 * alone, since what is pushed names people. Pure.
 */
#pragma once

#include "core/message/target.h"
#include "core/sys/file.h"

struct address {
    char connect[TARGET_BASE_MAX]; /* base of the URLs that are asked for */
    char socket[PATH_LEN];         /* of "unix:", else "" */
    char base[TARGET_BASE_MAX];    /* base of what is signed */
};

/*
 * base  NULL: that of url; for "unix:" http://localhost
 *
 * RC_USAGE    url or base is none
 * RC_REFUSED  "http://" to another machine
 */
MUST_CHECK enum rc address_read(const char *url, const char *base, struct address *ret,
                                struct diag *d);
