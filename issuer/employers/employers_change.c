#include "issuer/employers/employers_change.h"

#include <assert.h>
#include <string.h>

#include "core/crypto/pubkey_pem.h"
#include "core/sys/file.h"

#define LOCK_FILE "employers.lock"
#define FILE_MODE 0640u

/* A change under way: nobody else changes the file meanwhile. */
struct change {
    int lock;
    char path[PATH_LEN];
    struct employers employers;
};

static void change_end(struct change *c)
{
    fd_close_at(&c->lock);
    employers_free(&c->employers);
}

enum rc employers_of_home(const char *home, struct employers *ret, struct diag *d)
{
    char path[PATH_LEN];
    struct diag why = DIAG_INIT;
    enum rc rc = path_join(home, EMPLOYERS_FILE, path, d);
    if (rc != RC_OK)
        return rc;
    rc = employers_load(path, ret, &why);
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        return RC_OK;
    return diag_set(d, rc, why.offset, "'" EMPLOYERS_FILE "': %.200s", why.text);
}

static enum rc change_begin(const char *home, struct change *ret, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = path_join(home, LOCK_FILE, path, d);
    if (rc == RC_OK)
        rc = path_join(home, EMPLOYERS_FILE, ret->path, d);
    if (rc == RC_OK)
        rc = lock_take(path, &ret->lock, d);
    return rc == RC_OK ? employers_of_home(home, &ret->employers, d) : rc;
}

static enum rc change_store(const struct change *c, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    const enum rc rc = employers_put(&c->employers, false, &text, d);
    return rc == RC_OK ? file_replace(c->path, buf_span(&text), FILE_MODE, d) : rc;
}

/* 32 random bytes as the text that an employer sends. */
static enum rc make_key(char ret[EMPLOYER_KEY_LEN + 1], struct diag *d)
{
    uint8_t bytes[EMPLOYER_KEY_BYTES];
    ON_EXIT(buf_wipe_at) struct buf text = { 0 };
    random_bytes(bytes, sizeof bytes);
    buf_put_text(&text, EMPLOYER_KEY_PREFIX);
    base64url_encode(span_of(bytes, sizeof bytes), &text);
    explicit_bzero(bytes, sizeof bytes);
    const enum rc rc = buf_rc(&text, d);
    if (rc != RC_OK)
        return rc;
    assert(text.len == EMPLOYER_KEY_LEN);
    memcpy(ret, text.ptr, EMPLOYER_KEY_LEN);
    ret[EMPLOYER_KEY_LEN] = '\0';
    return RC_OK;
}

enum rc employers_add(const char *home, const struct employer *employer, int64_t now,
                      char ret_key[EMPLOYER_KEY_LEN + 1], struct diag *d)
{
    assert(home && employer && employer->rows_per_day > 0);

    ON_EXIT(change_end) struct change c = { .lock = -1 };
    struct employer *to = NULL;
    enum rc rc = change_begin(home, &c, d);
    if (rc == RC_OK && employers_find_name(&c.employers, span_text(employer->name)))
        rc = diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "employer '%.150s' is there already",
                      employer->name);
    if (rc == RC_OK)
        rc = employers_more(&c.employers, &to, d);
    if (rc == RC_OK)
        rc = make_key(ret_key, d);
    if (rc != RC_OK)
        return rc;
    *to = *employer;
    to->suspended = false;
    to->added = now;
    const bool made = employer_key_hash(span_text(ret_key), to->key);
    assert(made);
    return made ? change_store(&c, d) : RC_CRYPTO;
}

enum rc employers_suspend(const char *home, struct span name, bool suspended, struct diag *d)
{
    assert(home);

    ON_EXIT(change_end) struct change c = { .lock = -1 };
    const enum rc rc = change_begin(home, &c, d);
    if (rc != RC_OK)
        return rc;
    struct employer *const e = employers_find_name(&c.employers, name);
    if (!e)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "no employer '%.*s'",
                        (int)(name.len < 150 ? name.len : 150), (const char *)name.ptr);
    e->suspended = suspended;
    return change_store(&c, d);
}
