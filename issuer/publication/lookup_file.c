#include "issuer/publication/lookup_file.h"

#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/lookup/lookup.h"
#include "issuer/employers/employers_change.h"

static_assert(PERSON_CERTS_MAX <= LOOKUP_NUMBERS_MAX, "all of a person's");

#define LABEL    "look-up"
#define KEY_MODE 0600

enum rc beside_path(const char *folder, const char *suffix, char ret[PATH_LEN], struct diag *d)
{
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    ON_EXIT(buf_free_at) struct buf path = { 0 };
    buf_put(&path, folder, len);
    buf_put_text(&path, suffix);
    return path_join("", buf_cstr(&path), ret, d);
}

enum rc lookup_path(const char *folder, char ret[PATH_LEN], struct diag *d)
{
    return beside_path(folder, ".lookup", ret, d);
}

static enum rc derive_secret(const struct home *h, uint8_t ret[LOOKUP_KEY_LEN], struct diag *d)
{
    uint8_t derived[64];
    ON_EXIT(vault_free_at) struct vault *vault = NULL;
    const enum rc rc = home_vault(h, &vault, d);
    if (rc != RC_OK)
        return rc;
    vault_derive(vault, LABEL, derived);
    memcpy(ret, derived, LOOKUP_KEY_LEN);
    explicit_bzero(derived, sizeof derived);
    return RC_OK;
}

/* Only when it is another: whose file it is stays as it was set. */
static enum rc write_secret(const struct home *h, const uint8_t secret[LOOKUP_KEY_LEN],
                            struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_wipe_at) struct buf old = { 0 };
    enum rc rc = home_path(h, LOOKUP_KEY_FILE, path, d);
    if (rc != RC_OK)
        return rc;
    (void)buf_reserve(&old, LOOKUP_KEY_LEN);
    rc = file_read(path, LOOKUP_KEY_LEN, &old, NULL);
    if (rc == RC_OK && span_equal(buf_span(&old), span_of(secret, LOOKUP_KEY_LEN)))
        return RC_OK;
    return file_replace(path, span_of(secret, LOOKUP_KEY_LEN), KEY_MODE, d);
}

static enum rc token_of(struct reg *r, const struct reg_cert *c, struct span *ret, struct diag *d)
{
    struct reg_version version;
    struct reg_log_entry entry = { 0 };
    enum rc rc = register_version(r, c->id, c->version, &version, d);
    if (rc == RC_OK)
        rc = register_log_entry(r, version.log_index, &entry, d);
    if (rc == RC_OK && (entry.kind != LOG_TOKEN || entry.pending))
        rc = RC_NOT_FOUND; /* void: there is no token that anybody could look at */
    if (rc == RC_OK)
        *ret = entry.data;
    return rc;
}

/* The table under way. */
struct making {
    struct reg *reg;
    uint8_t secret[LOOKUP_KEY_LEN];
    int32_t today;
    bool people; /* somebody may ask without a number */
    struct lookup_maker maker;
};

static void making_end(struct making *m)
{
    explicit_bzero(m->secret, sizeof m->secret);
    lookup_maker_free(&m->maker);
}

static enum rc person_of(const struct making *m, const struct reg_cert *c, struct reg_person *ret,
                         uint8_t ret_hash[LOOKUP_PERSON_LEN], struct diag *d)
{
    enum rc rc = register_person(m->reg, c->person, ret, d);
    if (rc == RC_OK)
        rc = lookup_person(span_text(ret->who.name), span_text(ret->who.id_number), m->today,
                           ret_hash, d);
    explicit_bzero(&ret->who, sizeof ret->who);
    return rc;
}

/* Of all certificates that have a row of their own. */
static enum rc numbers_of(const struct making *m, const struct reg_person *p,
                          struct reg_cert certs[PERSON_CERTS_MAX], struct lookup_numbers *ret,
                          struct diag *d)
{
    ret->count = 0;
    for (size_t i = 0; i < p->cert_count; i++) {
        struct span token;
        struct reg_cert *const c = &certs[ret->count];
        enum rc rc = register_cert(m->reg, p->certs[i], c, d);
        if (rc == RC_OK)
            rc = token_of(m->reg, c, &token, d);
        if (rc == RC_OK)
            ret->at[ret->count++] = span_text(c->number);
        else if (rc != RC_NOT_FOUND)
            return rc;
    }
    return RC_OK;
}

/* Once, with the first of his certificates. */
static enum rc add_person(struct making *m, const struct reg_cert *cert, const struct reg_person *p,
                          const uint8_t hash[LOOKUP_PERSON_LEN], struct diag *d)
{
    struct reg_cert certs[PERSON_CERTS_MAX];
    struct lookup_numbers numbers;
    struct lookup_keys keys;
    enum rc rc = numbers_of(m, p, certs, &numbers, d);
    if (rc != RC_OK || numbers.count == 0 || certs[0].id != cert->id)
        return rc;
    lookup_person_keys_make(m->secret, hash, &keys);
    rc = lookup_add_person(&m->maker, &keys, &numbers, d);
    explicit_bzero(&keys, sizeof keys);
    return rc;
}

static enum rc add(struct making *m, uint32_t id, struct diag *d)
{
    struct reg_cert cert;
    struct reg_person p;
    struct span token;
    struct lookup_keys keys;
    uint8_t hash[LOOKUP_PERSON_LEN];
    enum rc rc = register_cert(m->reg, id, &cert, d);
    if (rc == RC_OK)
        rc = token_of(m->reg, &cert, &token, d);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = person_of(m, &cert, &p, hash, d);
    if (rc != RC_OK)
        return rc;
    lookup_keys_make(m->secret, span_text(cert.number), hash, &keys);
    rc = lookup_add(&m->maker, &keys, token, d);
    explicit_bzero(&keys, sizeof keys);
    return rc == RC_OK && m->people ? add_person(m, &cert, &p, hash, d) : rc;
}

static enum rc write_table(struct making *m, const struct home *h, const char *folder,
                           struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    enum rc rc = lookup_path(folder, path, d);
    const uint32_t count = register_cert_count(m->reg);
    for (uint32_t id = 0; rc == RC_OK && id < count; id++)
        rc = add(m, id, d);
    if (rc == RC_OK)
        rc = lookup_put(&m->maker, h->trust->deployment, &file, d);
    return rc == RC_OK ? file_replace(path, buf_span(&file), 0644, d) : rc;
}

/* A table without rows by person has no way that leads to somebody by name. */
static enum rc people_wanted(const struct home *h, bool *ret, struct diag *d)
{
    ON_EXIT(employers_free) struct employers all = { 0 };
    const enum rc rc = employers_of_home(h->path, &all, d);
    *ret = false;
    for (size_t i = 0; rc == RC_OK && i < all.count; i++)
        *ret = *ret || (!all.at[i].suspended && all.at[i].people_per_day > 0);
    return rc;
}

enum rc lookup_publish(struct reg *r, const struct home *h, const char *folder, struct diag *d)
{
    ON_EXIT(making_end) struct making m = { .reg = r, .today = date_of_time(h->now) };
    enum rc rc = derive_secret(h, m.secret, d);
    if (rc == RC_OK)
        rc = write_secret(h, m.secret, d);
    if (rc == RC_OK)
        rc = people_wanted(h, &m.people, d);
    return rc == RC_OK ? write_table(&m, h, folder, d) : rc;
}
