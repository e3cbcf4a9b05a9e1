/*
 * sitecert.ini: what is set for one deployment on this machine. A table of keys is what may stand
 * in it, what `init` writes, and the source of docs/operations.md. Pure.
 */
#pragma once

#include "core/cli/ini.h"
#include "core/sys/file.h"
#include "keys/trust/trust_list.h"

/* [issuer]: the daemon. Texts are empty when nothing is set. */
struct issuer_settings {
    char listen[PATH_LEN];         /* "ADDR:PORT", "unix:PATH" */
    char external_url[256];        /* "https://host": base of what senders sign, without '/' */
    char metrics_listen[PATH_LEN]; /* empty: /metrics stands at listen */
    uint32_t connections;          /* at once */
    uint32_t requests;             /* answered at once: threads */
    uint64_t body_max_bytes;       /* of a batch */
    uint64_t rows_max;             /* of a batch */
    uint32_t row_bytes_max;        /* of one row */
    uint32_t queue_batches;        /* taken and not yet done */
    uint32_t wait_max_s;           /* of "Prefer: wait=N" */
    uint32_t grace_s;              /* for requests under way when the daemon ends */
    char log_level[8];             /* error, warn, info, debug */
};

/* [pkcs11]: the token that keeps keys. No module: none does. */
struct pkcs11_settings {
    char module[PATH_LEN]; /* the shared library */
    char token[33];        /* its label */
    char pin[PATH_LEN];    /* file with the PIN */
    uint32_t answer_s;     /* for one thing that is asked of it */
};

struct home_settings {
    char host[TRUST_HOST_LEN];
    char operator_key[PATH_LEN];        /* default keys/operator-1.pem */
    char second_operator_key[PATH_LEN]; /* default empty */
    uint64_t register_map_bytes;        /* LMDB's largest size; default 64 GiB */
    char mirror[PATH_LEN];              /* folder on a second disk; empty: none */
    uint32_t group_rows;                /* rows of one commit; default 8192 */
    uint32_t sign_threads;              /* at least 1; 0 in the file: one for each processor */
    struct pkcs11_settings pkcs11;
    char tsa[512];            /* URL of a time-stamp authority; empty: none */
    char tsa_ca[PATH_LEN];    /* its root certificates, PEM; empty: not asked for */
    char layout[64];          /* name of a layout file, or of one of ours; default a4 */
    char seal[PATH_LEN];      /* picture of a seal; empty: none */
    char fonts[4 * PATH_LEN]; /* font files, ':' between; empty: Debian's */
    struct issuer_settings issuer;
};
const struct ini_key *home_setting_keys(void); /* ends with a row whose name is NULL */
/* Reads sitecert.ini's text: every default, then what it says. RC_FORMAT as ini_read(). */
MUST_CHECK enum rc home_settings_read(struct span text, struct home_settings *ret, struct diag *d);
/* What `init` writes: every key with its default and explanation, and this host. */
void home_settings_put(struct buf *to, const char *host);
/* True: fits a QR text, [A-Z0-9.:-]{1,20}. */
bool home_host_valid(const char *host);
