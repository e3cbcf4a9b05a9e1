/* What the commands that change keys share: home, log and draft; the transcript of what changes. */
#pragma once

#include "core/crypto/pubkey_pem.h"
#include "issuer/command/reading.h"
#include "issuer/keycare/draft.h"

struct key_change {
    struct reading reading;
    struct draft draft;
    uint64_t log_size;
};
MUST_CHECK enum rc key_change_open(const struct cli_call *call, struct key_change *ret,
                                   struct diag *d);
void key_change_close(struct key_change *k); /* for ON_EXIT; a zeroed one is fine */

/* The log's is Ed25519 (C2SP), the document's P-256 (PDF readers), the others' the deployment's. */
enum cose_alg key_change_alg(const struct trust_list *list, enum key_use use);
/* "token-3", and "keys/token-3.pem" with that ending: the first name that neither kind of key has.
 */
MUST_CHECK enum rc key_change_name(const struct home *h, const char *use, const char *ending,
                                   char stem[48], char name[64], char path[PATH_LEN],
                                   struct diag *d);
/* Makes a key, puts it into the draft on these terms, and saves it in the home's keys/. */
MUST_CHECK enum rc key_change_make(const struct cli_call *call, struct key_change *k,
                                   const struct trusted_key *terms, enum cose_alg alg, bool dry_run,
                                   struct diag *d);

/* Saves the draft, unless it is a dry run, and prints what the next list will change. */
MUST_CHECK enum rc key_change_keep(const struct cli_call *call, const struct key_change *k,
                                   bool dry_run, struct diag *d);

/* Says when the trust list ends, from LIST_WARNING_S before it. */
void key_change_warn(const struct cli_call *call, const struct home *h);

/* A public key as PEM. RC_FORMAT: d names the file. */
MUST_CHECK enum rc key_change_read_pem(const char *path, struct public_numbers *ret,
                                       struct diag *d);

/* "33,901" as ascending numbers from 1 to max. False: it is not that. */
MUST_CHECK bool key_change_scope(const char *text, unsigned max, uint16_t ret[TRUST_SCOPE_MAX],
                                 size_t *ret_count);

/* What differs, a line a change, in the reader's language; for people who are about to sign. */
void key_transcript_put(struct buf *to, const struct say *say, const struct trust_list *old,
                        const struct trust_list *new);

#define KEY_CHANGE_DRY_RUN(type)                                                                   \
    {                                                                                              \
        "dry-run", 0, CLI_FLAG, NULL, offsetof(type, dry_run),                                     \
            "只显示将要改变的内容，不写任何文件", "show what would change, write nothing", false   \
    }
