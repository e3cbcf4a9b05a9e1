/*
 * A home as every program of the issuer opens it: settings, policy and trust list, without keys and
 * without the register. What stands in the folder: issuer/register/home.h.
 */
#pragma once

#include "core/policy/policy.h"
#include "issuer/settings/home_settings.h"

struct home {
    char path[PATH_LEN];
    struct home_settings settings;
    struct policy *policy;
    struct buf trust_bytes, policy_bytes;
    struct trust_list *trust;
    int64_t now; /* the clock when the command began */
};

/*
 * Opens settings, policy and trust list (checked against root.cbor), and reads the clock. No keys,
 * no register. RC_NOT_FOUND  no home there RC_REFUSED    root.cbor is not the trust list's
 * deployment; the host is not in the trust list; SITECERT_CLOCK in a real deployment
 */
MUST_CHECK enum rc home_open(const char *path, struct home *ret, struct diag *d);
void home_close(struct home *h); /* leaves it zeroed; for ON_EXIT too */

/* name inside the home; one that begins with '/' stays as it is. */
MUST_CHECK enum rc home_path(const struct home *h, const char *name, char ret[PATH_LEN],
                             struct diag *d);

/* --- for the daemons --- */

/* The same, and it is a folder, made with mode 0700 when it is not there. */
MUST_CHECK enum rc home_folder(const struct home *h, const char *name, char ret[PATH_LEN],
                               struct diag *d);
/*
 * The home is served by one process of each kind: the lock of that one.
 *
 * program  "sitecert-core": the lock is run/core.lock
 * ret_fd   owned: closing it ends the claim
 * RC_BUSY  another one serves it
 */
MUST_CHECK enum rc home_claim(const struct home *h, const char *program, int *ret_fd,
                              struct diag *d);
/* As [issuer] log_level says; a word that is no level is "info". */
void home_set_log_level(const struct home *h);
