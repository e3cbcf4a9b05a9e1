#include "core/employers/employers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/sys/file.h"

void employers_free(struct employers *e)
{
    free(e->at);
    *e = (struct employers){ 0 };
}

bool employer_text_valid(struct span text, size_t max)
{
    return text.len > 0 && text.len <= max && utf8_well_formed(text) && !utf8_has_control(text) &&
           text.ptr[0] != ' ' && text.ptr[text.len - 1] != ' ';
}

static bool key_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

bool employer_key_hash(struct span key, uint8_t ret[SHA256_LEN])
{
    const size_t prefix = strlen(EMPLOYER_KEY_PREFIX);
    if (key.len != EMPLOYER_KEY_LEN || memcmp(key.ptr, EMPLOYER_KEY_PREFIX, prefix) != 0)
        return false;
    for (size_t i = prefix; i < key.len; i++)
        if (!key_character(key.ptr[i]))
            return false;
    sha256(key, ret);
    return true;
}

enum rc employers_load(const char *path, struct employers *ret, struct diag *d)
{
    assert(path && ret);

    ON_EXIT(buf_free_at) struct buf text = { 0 };
    const enum rc rc = file_read(path, EMPLOYERS_FILE_MAX, &text, d);
    return rc == RC_OK ? employers_read(buf_span(&text), ret, d) : rc;
}

const struct employer *employers_find_key(const struct employers *e, const uint8_t key[SHA256_LEN])
{
    const struct employer *found = NULL;
    for (size_t i = 0; i < e->count; i++)
        if (!e->at[i].suspended && bytes_equal_secret(e->at[i].key, key, SHA256_LEN))
            found = &e->at[i];
    return found;
}

struct employer *employers_find_name(const struct employers *e, struct span name)
{
    for (size_t i = 0; i < e->count; i++)
        if (span_equal(span_text(e->at[i].name), name))
            return &e->at[i];
    return NULL;
}

enum rc employers_more(struct employers *e, struct employer **ret, struct diag *d)
{
    if (e->count == EMPLOYERS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %u employers", EMPLOYERS_MAX);
    if (e->count == e->room) {
        const size_t room = e->room ? 2 * e->room : 16;
        struct employer *const grown = realloc(e->at, room * sizeof *grown);
        if (!grown)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the employers");
        e->at = grown;
        e->room = room;
    }
    *ret = &e->at[e->count++];
    memset(*ret, 0, sizeof **ret);
    return RC_OK;
}
