#include "issuer/keycare/draft.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum rc read_file(const struct home *h, struct buf *to, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, DRAFT_FILE, path, d);
    return rc == RC_OK ? file_read(path, TRUST_LIST_MAX, to, NULL) : rc;
}

/* A copy of the current list, as its successor. */
static enum rc begin(struct draft *f, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    trust_list_payload_put(&payload, f->home->trust);
    enum rc rc = buf_rc(&payload, d);
    if (rc == RC_OK)
        rc = trust_list_payload_read(buf_span(&payload), &f->list, d);
    if (rc == RC_OK)
        f->list->sequence++;
    return rc;
}

enum rc draft_open(const struct home *h, struct draft *ret, struct diag *d)
{
    assert(h && ret);

    ON_EXIT(draft_close) struct draft f = { .home = h };
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    enum rc rc = read_file(h, &payload, d);
    if (rc == RC_NOT_FOUND)
        rc = begin(&f, d);
    else if (rc == RC_OK) {
        f.begun = true;
        rc = trust_list_payload_read(buf_span(&payload), &f.list, d);
    }
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "'" DRAFT_FILE "' cannot be read");
    if (f.list->sequence != h->trust->sequence + 1)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'" DRAFT_FILE "' is of another list than the next: remove it");
    f.room = f.list->key_count;
    *ret = f;
    f = (struct draft){ 0 };
    return RC_OK;
}

void draft_close(struct draft *f)
{
    trust_list_free(f->list);
    *f = (struct draft){ 0 };
}

enum rc draft_save(const struct draft *f, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(trust_list_free_at) struct trust_list *read = NULL;
    trust_list_payload_put(&payload, f->list);
    enum rc rc = buf_rc(&payload, d);
    if (rc == RC_OK)
        rc = trust_list_payload_read(buf_span(&payload), &read, d);
    if (rc == RC_OK)
        rc = home_path(f->home, DRAFT_FILE, path, d);
    return rc == RC_OK ? file_replace(path, buf_span(&payload), 0600, d) : rc;
}

enum rc draft_remove(const struct home *h, struct diag *d)
{
    char path[PATH_LEN];
    const enum rc rc = home_path(h, DRAFT_FILE, path, d);
    if (rc == RC_OK && unlink(path) != 0 && errno != ENOENT)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot remove '%.120s': %s", path,
                        strerror(errno));
    return rc;
}

enum rc draft_find(struct draft *f, const char *kid, struct trusted_key **ret, struct diag *d)
{
    struct trusted_key *found = NULL;
    const size_t len = strlen(kid);
    for (size_t i = 0; i < f->list->key_count; i++) {
        char hex[2 * KID_LEN + 1];
        hex_encode(f->list->keys[i].kid, KID_LEN, hex);
        if (len < 4 || strncmp(hex, kid, len) != 0)
            continue;
        if (found)
            return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "two keys begin with '%.20s'", kid);
        found = &f->list->keys[i];
    }
    if (!found)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "no listed key has the kid '%.20s'", kid);
    *ret = found;
    return RC_OK;
}

static enum rc make_room(struct draft *f, struct diag *d)
{
    struct trust_list *const list = f->list;
    if (list->key_count == TRUST_KEYS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "%d keys are listed", TRUST_KEYS_MAX);
    if (list->key_count < f->room)
        return RC_OK;
    struct trusted_key *const more = realloc(list->keys, (f->room + 1) * sizeof *more);
    if (!more)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a key");
    list->keys = more;
    f->room++;
    return RC_OK;
}

enum rc draft_add(struct draft *f, const struct public_numbers *key,
                  const struct trusted_key *terms, struct diag *d)
{
    struct trusted_key new = *terms;
    cose_key_id(key, new.kid);
    if (trust_list_find(f->list, span_of(new.kid, KID_LEN), NULL))
        return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET, "this key is listed already");
    enum rc rc = make_room(f, d);
    if (rc == RC_OK)
        rc = pubkey_new(key, &new.key, d);
    if (rc == RC_OK)
        f->list->keys[f->list->key_count++] = new;
    return rc;
}
