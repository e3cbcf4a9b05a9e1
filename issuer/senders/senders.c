#include "issuer/senders/senders.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "issuer/senders/senders_file.h"

void sender_clear(struct sender *s)
{
    for (size_t i = 0; i < SENDER_KEYS_MAX; i++)
        pubkey_free(s->keys[i].key);
    *s = (struct sender){ 0 };
}

void senders_free(struct senders *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        sender_clear(&s->at[i]);
    free(s->at);
    free(s);
}

enum rc senders_more(struct senders *s, struct sender **ret, struct diag *d)
{
    if (s->count == SENDERS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %u senders", SENDERS_MAX);
    if (s->count == s->room) {
        const size_t room = s->room ? 2 * s->room : 16;
        struct sender *const grown = realloc(s->at, room * sizeof *grown);
        if (!grown)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the senders");
        s->at = grown;
        s->room = room;
    }
    *ret = &s->at[s->count++];
    memset(*ret, 0, sizeof **ret);
    return RC_OK;
}

static bool id_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

bool sender_id_valid(struct span id)
{
    uint8_t kid[8];
    for (size_t i = 0; i < id.len; i++)
        if (!id_character(id.ptr[i]))
            return false;
    return id.len > 0 && id.len <= SENDER_ID_MAX && !span_equal(id, SPAN_LITERAL("local")) &&
           !hex_decode(id, kid, sizeof kid);
}

size_t sender_keys_now(const struct sender *s, int64_t now,
                       const struct pubkey *ret[SENDER_KEYS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < s->key_count; i++)
        if (s->keys[i].until == 0 || now < s->keys[i].until)
            ret[count++] = s->keys[i].key;
    return count;
}

/* --- loading --- */

/* Before it is read: a file that is replaced meanwhile is seen as changed, and read again. */
static enum rc look_at(struct senders *s, struct diag *d)
{
    s->seen = file_identify(s->path);
    s->there = file_is_seen(&s->seen);
    if (!s->there && errno != ENOENT)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot look at '%s'", s->path);
    return RC_OK;
}

enum rc senders_load(const char *home, struct senders **ret, struct diag *d)
{
    assert(home && ret);

    ON_EXIT(senders_free_at) struct senders *s = calloc(1, sizeof *s);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    if (!s)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the senders");
    enum rc rc = path_join(home, SENDERS_FILE, s->path, d);
    if (rc == RC_OK)
        rc = look_at(s, d);
    if (rc == RC_OK && s->there)
        rc = file_read(s->path, SENDERS_FILE_MAX, &text, d);
    if (rc == RC_OK && s->there)
        rc = senders_read(buf_span(&text), s, d);
    if (rc == RC_OK)
        *ret = TAKE(s);
    return rc;
}

bool senders_changed(const struct senders *s)
{
    const struct file_identity now = file_identify(s->path);
    return !file_identity_equal(&now, &s->seen);
}

/* --- finding --- */

static int compare(struct span id, const char *other)
{
    const size_t len = strlen(other);
    const int order = memcmp(id.ptr, other, id.len < len ? id.len : len);
    return order != 0 ? order : (id.len > len) - (id.len < len);
}

const struct sender *senders_find(const struct senders *s, struct span id)
{
    size_t from = 0, to = s->count;
    while (from < to && id.len > 0) {
        const size_t middle = from + (to - from) / 2;
        const int order = compare(id, s->at[middle].id);
        if (order == 0)
            return &s->at[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

size_t senders_count(const struct senders *s)
{
    return s->count;
}

const struct sender *senders_at(const struct senders *s, size_t i)
{
    assert(i < s->count);
    return &s->at[i];
}
