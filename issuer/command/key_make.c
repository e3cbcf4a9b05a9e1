#include <stdio.h>
#include <unistd.h>

#include "issuer/command/key_change.h"
#include "keys/private/document_chain.h"

#define FILES_MAX 10000

enum cose_alg key_change_alg(const struct trust_list *list, enum key_use use)
{
    if (use == USE_LOG)
        return ALG_EDDSA;
    if (use == USE_DOCUMENT)
        return ALG_ES256;
    for (size_t i = 0; i < list->key_count; i++) {
        if (list->keys[i].use == USE_TOKEN)
            return pubkey_numbers(list->keys[i].key)->alg;
    }
    return ALG_ES256;
}

static bool is_there(const struct home *h, const char *stem, const char *ending)
{
    char name[80], path[PATH_LEN];
    (void)snprintf(name, sizeof name, "keys/%s%s", stem, ending);
    return home_path(h, name, path, NULL) == RC_OK && access(path, F_OK) == 0;
}

/* "token-3", and "keys/token-3.pem": the first name that neither kind of key has. */
enum rc key_change_name(const struct home *h, const char *use, const char *ending, char stem[48],
                        char name[64], char path[PATH_LEN], struct diag *d)
{
    for (unsigned i = 1; i < FILES_MAX; i++) {
        (void)snprintf(stem, 48, "%s-%u", use, i);
        (void)snprintf(name, 64, "keys/%s%s", stem, ending);
        if (!is_there(h, stem, ".pem") && !is_there(h, stem, ".pub"))
            return home_path(h, name, path, d);
    }
    return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "too many key files of one use");
}

enum rc key_change_make(const struct cli_call *call, struct key_change *k,
                        const struct trusted_key *terms, enum cose_alg alg, bool dry_run,
                        struct diag *d)
{
    char stem[48], name[64], path[PATH_LEN];
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    enum rc rc = private_key_generate(alg, &key, d);
    if (rc == RC_OK)
        rc = draft_add(&k->draft, private_key_public(key), terms, d);
    if (rc == RC_OK)
        rc = key_change_name(&k->reading.home, key_use_name(terms->use), ".pem", stem, name, path,
                             d);
    if (rc == RC_OK && !dry_run)
        rc = private_key_save(key, path, d);
    if (rc == RC_OK && !dry_run)
        say_note(&call->say, "私钥在 %s", "the private key is in %s", path);
    if (rc == RC_OK && !dry_run && terms->use == USE_DOCUMENT)
        say_note(&call->say, "用 sitecert keys document-csr --key %s 申请证书",
                 "have it certified: sitecert keys document-csr --key %s", name);
    return rc;
}
