#include "keys/private/signing.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/pubkey_pem.h"
#include "core/sys/file.h"

static void dir_close_at(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

/* What the signer itself signs; operators' keys are theirs, and roots sign elsewhere. */
static bool is_ours(enum key_use use)
{
    return use == USE_TOKEN || use == USE_PUBLISH || use == USE_LOG || use == USE_DOCUMENT;
}

/* NAME.crt beside NAME.pem. None is fine: only who asks for a document's signature misses it. */
static enum rc load_chain(const char *key_path, const struct public_numbers *key,
                          struct document_chain **ret, struct diag *d)
{
    char path[PATH_LEN];
    struct diag why = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    enum rc rc = document_chain_path(key_path, path, d);
    if (rc != RC_OK)
        return rc;
    rc = file_read(path, DOCUMENT_CHAIN_PEM_MAX, &pem, &why);
    if (rc == RC_NOT_FOUND)
        return RC_OK;

    ON_EXIT(document_chain_free) struct document_chain chain = { 0 };
    if (rc == RC_OK)
        rc = document_chain_read(buf_span(&pem), key, &chain, &why);
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "'%.120s': %s", path, why.text);
    struct document_chain *const kept = malloc(sizeof *kept);
    if (!kept)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a document key's certificates");
    *kept = chain;
    chain = (struct document_chain){ 0 };
    *ret = kept;
    return RC_OK;
}

static enum rc keep_key(struct signer *s, const char *path, struct private_key **key,
                        struct diag *d)
{
    const struct trusted_key *const trusted = trusted_entry(s->trust, private_key_public(*key));
    if (!trusted || !is_ours(trusted->use))
        return RC_OK;

    struct signing_key *const more = realloc(s->keys, (s->count + 1) * sizeof *more);
    if (!more)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the signer's keys");
    s->keys = more;
    more[s->count] = (struct signing_key){ .trusted = trusted };
    (void)snprintf(more[s->count].file, SIGNER_PLACE_LEN, "%s", strrchr(path, '/') + 1);
    if (trusted->use == USE_DOCUMENT) {
        const enum rc rc = load_chain(path, private_key_public(*key), &more[s->count].chain, d);
        if (rc != RC_OK)
            return rc;
    }
    more[s->count++].key = TAKE(*key);
    return RC_OK;
}

static bool has_ending(const char *name, const char *ending)
{
    const size_t len = strlen(name);
    return name[0] != '.' && len > 4 && strcmp(name + len - 4, ending) == 0;
}

/* What the trust list does not hold may be for later, or another home's. */
static enum rc take_kept(const struct signer *s, const char *path, struct private_key **ret,
                         struct diag *d)
{
    struct public_numbers numbers;
    struct diag why = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    enum rc rc = file_read(path, PUBKEY_PEM_MAX, &pem, &why);
    if (rc == RC_OK)
        rc = pubkey_pem_read(buf_span(&pem), &numbers, &why);
    if (rc == RC_OK && !s->keeper)
        rc = diag_set(&why, RC_REFUSED, DIAG_NO_OFFSET,
                      "its private half is in an HSM, and sitecert.ini names none");
    if (rc == RC_OK)
        rc = private_key_kept(&numbers, s->keeper, ret, &why);
    return rc == RC_OK ? RC_OK : diag_set(d, rc, DIAG_NO_OFFSET, "'%.120s': %s", path, why.text);
}

/* NULL at the end, and with errno set when the folder can't be read on. */
static const char *next_name(DIR *dir)
{
    errno = 0;
    const struct dirent *const e = readdir(dir);
    return e ? e->d_name : NULL;
}

static enum rc load_folder(struct signer *s, const char *folder, struct diag *d)
{
    ON_EXIT(dir_close_at) DIR *dir = opendir(folder);
    if (!dir)
        return diag_set(d, errno == ENOENT ? RC_NOT_FOUND : RC_IO, DIAG_NO_OFFSET,
                        "cannot open the folder of keys '%.120s': %s", folder, strerror(errno));

    const char *name;
    while ((name = next_name(dir)) != NULL) {
        char path[PATH_LEN];
        const bool here = has_ending(name, ".pem");
        if (!here && !has_ending(name, ".pub"))
            continue;
        ON_EXIT(private_key_free_at) struct private_key *key = NULL;
        enum rc rc = path_join(folder, name, path, d);
        if (rc == RC_OK)
            rc = here ? private_key_load(path, &key, d) : take_kept(s, path, &key, d);
        if (rc == RC_OK)
            rc = keep_key(s, path, &key, d);
        if (rc != RC_OK)
            return rc;
    }
    return errno == 0 ? RC_OK
                      : diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot read the folder '%.120s': %s",
                                 folder, strerror(errno));
}

enum rc signer_load(const char *folder, const struct trust_list *trust,
                    const struct key_keeper *keeper, struct signer **ret, struct diag *d)
{
    assert(folder && trust && ret);

    struct signer *const fresh = calloc(1, sizeof *fresh);
    if (!fresh || pthread_mutex_init(&fresh->lock, NULL) != 0) {
        free(fresh);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the signer");
    }
    ON_EXIT(signer_free_at) struct signer *s = fresh;
    s->trust = trust;
    s->keeper = keeper;
    const enum rc rc = load_folder(s, folder, d);
    if (rc != RC_OK)
        return rc;

    *ret = TAKE(s);
    return RC_OK;
}

void signer_free(struct signer *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        private_key_free(s->keys[i].key);
        document_chain_free(s->keys[i].chain);
        free(s->keys[i].chain);
    }
    free(s->keys);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

enum rc signer_keys(struct signer *s, struct signer_held ret[SIGNER_KEYS_MAX], size_t *ret_count,
                    struct diag *d)
{
    assert(s && ret && ret_count);
    (void)d;

    size_t count = 0;
    for (size_t i = 0; i < s->count && count < SIGNER_KEYS_MAX; i++) {
        const struct key_keeper *const keeper = private_key_keeper(s->keys[i].key);
        struct signer_held *const h = &ret[count++];
        *h = (struct signer_held){ .usable = true };
        memcpy(h->kid, s->keys[i].trusted->kid, KID_LEN);
        if (keeper)
            h->usable = keeper->has(keeper->at, private_key_public(s->keys[i].key));
        (void)snprintf(h->place, sizeof h->place, "%s", keeper ? keeper->name : s->keys[i].file);
    }
    *ret_count = count;
    return RC_OK;
}

const struct signing_key *signing_key_find(const struct signer *s, enum key_use use, int64_t now_s,
                                           struct diag *d)
{
    const struct signing_key *best = NULL;
    for (size_t i = 0; i < s->count; i++) {
        const struct trusted_key *const t = s->keys[i].trusted;
        if (t->use != use || now_s < t->not_before || now_s > t->not_after)
            continue;
        if (!best || t->not_before > best->trusted->not_before)
            best = &s->keys[i];
    }
    if (!best)
        (void)diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                       "no key here for '%s' whose dates hold the present", key_use_name(use));
    return best;
}
