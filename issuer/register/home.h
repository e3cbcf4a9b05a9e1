/*
 * A home: everything of one deployment in one folder (docs/operations.md).
 *
 *   sitecert.ini          settings of this machine (mode 0600)
 *   policy.json           the scheme's parameters, in versions
 *   root.cbor             the first root set: public, hand it to inspectors
 *   trust.cbor            the current trust list: public
 *   document-ca.crt       certificate of the CA that names the document keys: public
 *   keys/                 0700: token-1.pem token-2.pem publish-1.pem log-1.pem operator-1.pem
 *                         operator-2.pem document-1.pem document-1.crt document-ca.pem root-1.pem
 *                         (take both offline) register.key
 *   register/             LMDB: data.mdb lock.mdb; writer.lock
 *   layouts/              layout files
 *   import/               where interrupted imports stood; may be removed at any time
 */
#pragma once

#include "core/base/dates.h"
#include "core/cli/ini.h"
#include "core/policy/policy.h"
#include "core/sys/file.h"
#include "keys/private/signer.h"
#include "keys/private/vault.h"

struct home_settings { /* sitecert.ini; the table in home_settings.c is the documentation's source
                        */
    char host[TRUST_HOST_LEN];
    char operator_key[PATH_LEN];        /* default keys/operator-1.pem */
    char second_operator_key[PATH_LEN]; /* default empty */
    uint64_t register_map_bytes;        /* LMDB's largest size; default 64 GiB */
    uint32_t group_rows;                /* rows of one commit; default 8192 */
    uint32_t sign_threads;              /* at least 1; 0 in the file: one for each processor */
    char tsa[512];                      /* URL of a time-stamp authority; empty: none */
    char tsa_ca[PATH_LEN];              /* its root certificates, PEM; empty: not asked for */
    char layout[64];                    /* name of a layout file, or of one of ours; default a4 */
    char seal[PATH_LEN];                /* picture of a seal; empty: none */
    char fonts[4 * PATH_LEN];           /* font files, ':' between; empty: Debian's */
};
const struct ini_key *home_setting_keys(void); /* ends with a row whose name is NULL */
/* Reads sitecert.ini's text: every default, then what it says. RC_FORMAT as ini_read(). */
MUST_CHECK enum rc home_settings_read(struct span text, struct home_settings *ret, struct diag *d);
/* What `init` writes: every key with its default and explanation, and this host. */
void home_settings_put(struct buf *to, const char *host);
/* True: fits a QR text, [A-Z0-9.:-]{1,20}. */
bool home_host_valid(const char *host);

struct home {
    char path[PATH_LEN];
    struct home_settings settings;
    struct policy *policy;
    struct buf trust_bytes, policy_bytes;
    struct trust_list *trust;
    int64_t now; /* the clock when the command began */
};

enum home_alg { HOME_ES256 = 0, HOME_SM2 = 1 };
struct home_choices {
    bool demo;
    enum home_alg alg;
    const char *host; /* NULL: the default */
};

/*
 * Makes a home. The folder must not exist (its parent must) or be empty. Nothing half made is left:
 * it is built beside and renamed; in a folder that is there already, it is built inside and moved
 * up, sitecert.ini last. RC_EXISTS   a home, or something else, is there already RC_FORMAT   a host
 * outside [A-Z0-9.:-]{1,20} RC_REFUSED  HOME_SM2; SITECERT_CLOCK for a real deployment
 */
MUST_CHECK enum rc home_init(const char *path, const struct home_choices *choices, struct diag *d);

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
/* Borrows h: close the signer first. */
MUST_CHECK enum rc home_signer(const struct home *h, struct signer **ret, struct diag *d);
MUST_CHECK enum rc home_vault(const struct home *h, struct vault **ret, struct diag *d);
