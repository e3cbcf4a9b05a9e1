#include <assert.h>
#include <string.h>

#include "issuer/senders/senders_file.h"

#define LOCK_FILE "senders.lock"
#define FILE_MODE 0640u /* a monitor in the group may read it */

/* A change under way: nobody else changes the file meanwhile. */
struct change {
    int lock;
    struct senders *senders;
};

static void change_end(struct change *c)
{
    fd_close_at(&c->lock);
    senders_free(c->senders);
}

static enum rc change_begin(const char *home, struct change *ret, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = path_join(home, LOCK_FILE, path, d);
    if (rc == RC_OK)
        rc = lock_take(path, &ret->lock, d);
    return rc == RC_OK ? senders_load(home, &ret->senders, d) : rc;
}

static enum rc change_store(const struct change *c, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    const enum rc rc = senders_put(c->senders, &text, d);
    return rc == RC_OK ? file_replace(c->senders->path, buf_span(&text), FILE_MODE, d) : rc;
}

/* A key with two owners would sign for either. */
static enum rc refuse_known_key(const struct senders *s, const struct public_numbers *numbers,
                                struct diag *d)
{
    for (size_t i = 0; i < s->count; i++)
        for (size_t k = 0; k < s->at[i].key_count; k++)
            if (public_numbers_equal(&s->at[i].keys[k].numbers, numbers))
                return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "this key is that of sender '%s'",
                                s->at[i].id);
    return RC_OK;
}

static struct sender *find(const struct senders *s, struct span id)
{
    for (size_t i = 0; i < s->count; i++)
        if (span_equal(span_text(s->at[i].id), id))
            return &s->at[i];
    return NULL;
}

static enum rc not_there(struct span id, struct diag *d)
{
    return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "no sender '%.*s'", (int)id.len,
                    (const char *)id.ptr);
}

/* Copies what is written to the file, not what a loaded sender owns. */
static void fill_new(struct sender *to, const struct sender *from, int64_t now)
{
    *to = *from;
    to->suspended = false;
    to->added = now;
    to->key_count = 1;
    memset(to->keys, 0, sizeof to->keys);
    to->keys[0].numbers = from->keys[0].numbers;
    to->keys[0].from = now;
}

enum rc senders_add(const char *home, const struct sender *sender, int64_t now, struct diag *d)
{
    assert(home && sender && sender_id_valid(span_text(sender->id)) && sender->kinds != 0);

    ON_EXIT(change_end) struct change c = { .lock = -1 };
    struct sender *to = NULL;
    enum rc rc = change_begin(home, &c, d);
    if (rc == RC_OK && senders_find(c.senders, span_text(sender->id)))
        rc =
            diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "sender '%s' is registered already", sender->id);
    if (rc == RC_OK)
        rc = refuse_known_key(c.senders, &sender->keys[0].numbers, d);
    if (rc == RC_OK)
        rc = senders_more(c.senders, &to, d);
    if (rc != RC_OK)
        return rc;
    fill_new(to, sender, now);
    return change_store(&c, d);
}

static void rotate(struct sender *s, const struct public_numbers *numbers, int64_t now,
                   int64_t overlap_s)
{
    if (s->key_count == SENDER_KEYS_MAX)
        pubkey_free(s->keys[1].key);
    s->keys[1] = s->keys[0];
    s->keys[1].until = now + overlap_s;
    s->keys[0] = (struct sender_key){ .numbers = *numbers, .from = now };
    if (overlap_s == 0) {
        pubkey_free(s->keys[1].key);
        s->keys[1] = (struct sender_key){ 0 };
    }
    s->key_count = overlap_s == 0 ? 1 : 2;
}

enum rc senders_rotate(const char *home, struct span id, const struct public_numbers *numbers,
                       int64_t now, int64_t overlap_s, struct diag *d)
{
    assert(home && numbers && overlap_s >= 0);

    ON_EXIT(change_end) struct change c = { .lock = -1 };
    enum rc rc = change_begin(home, &c, d);
    if (rc != RC_OK)
        return rc;
    struct sender *const s = find(c.senders, id);
    if (!s)
        return not_there(id, d);
    rc = refuse_known_key(c.senders, numbers, d);
    if (rc != RC_OK)
        return rc;
    rotate(s, numbers, now, overlap_s);
    return change_store(&c, d);
}

enum rc senders_suspend(const char *home, struct span id, bool suspended, struct diag *d)
{
    assert(home);

    ON_EXIT(change_end) struct change c = { .lock = -1 };
    const enum rc rc = change_begin(home, &c, d);
    if (rc != RC_OK)
        return rc;
    struct sender *const s = find(c.senders, id);
    if (!s)
        return not_there(id, d);
    s->suspended = suspended;
    return change_store(&c, d);
}
