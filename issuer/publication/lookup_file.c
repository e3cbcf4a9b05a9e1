#include "issuer/publication/lookup_file.h"

#include <string.h>

#include "core/base/dates.h"
#include "core/lookup/lookup.h"

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

static enum rc keys_of(struct reg *r, const struct reg_cert *c, int32_t today,
                       const uint8_t secret[LOOKUP_KEY_LEN], struct lookup_keys *ret,
                       struct diag *d)
{
    struct reg_person p;
    uint8_t person[LOOKUP_PERSON_LEN];
    enum rc rc = register_person(r, c->person, &p, d);
    if (rc == RC_OK)
        rc = lookup_person(span_text(p.who.name), span_text(p.who.id_number), today, person, d);
    explicit_bzero(&p, sizeof p);
    if (rc == RC_OK)
        lookup_keys_make(secret, span_text(c->number), person, ret);
    return rc;
}

static enum rc add(struct reg *r, uint32_t id, int32_t today, const uint8_t secret[LOOKUP_KEY_LEN],
                   struct lookup_maker *m, struct diag *d)
{
    struct reg_cert cert;
    struct span token;
    struct lookup_keys keys;
    enum rc rc = register_cert(r, id, &cert, d);
    if (rc == RC_OK)
        rc = token_of(r, &cert, &token, d);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = keys_of(r, &cert, today, secret, &keys, d);
    if (rc == RC_OK)
        rc = lookup_add(m, &keys, token, d);
    explicit_bzero(&keys, sizeof keys);
    return rc;
}

static enum rc write_table(struct reg *r, const struct home *h, const char *folder,
                           const uint8_t secret[LOOKUP_KEY_LEN], struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(lookup_maker_free) struct lookup_maker maker = { 0 };
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    enum rc rc = lookup_path(folder, path, d);
    const uint32_t count = register_cert_count(r);
    for (uint32_t id = 0; rc == RC_OK && id < count; id++)
        rc = add(r, id, date_of_time(h->now), secret, &maker, d);
    if (rc == RC_OK)
        rc = lookup_put(&maker, h->trust->deployment, &file, d);
    return rc == RC_OK ? file_replace(path, buf_span(&file), 0644, d) : rc;
}

enum rc lookup_publish(struct reg *r, const struct home *h, const char *folder, struct diag *d)
{
    uint8_t secret[LOOKUP_KEY_LEN];
    enum rc rc = derive_secret(h, secret, d);
    if (rc == RC_OK)
        rc = write_secret(h, secret, d);
    if (rc == RC_OK)
        rc = write_table(r, h, folder, secret, d);
    explicit_bzero(secret, sizeof secret);
    return rc;
}
