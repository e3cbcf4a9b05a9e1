#include "issuer/intake/resume.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "core/crypto/hash.h"

#define NAME_BYTES 16   /* of the digest, in the file's name */
#define MARK_MAX   1024 /* bytes of a file */

static const struct mark_field {
    const char *name;
    size_t offset;
} fields[] = {
    { "offset", offsetof(struct resume_mark, place.offset) },
    { "line", offsetof(struct resume_mark, place.line) },
    { "row", offsetof(struct resume_mark, place.row) },
    { "register_rows", offsetof(struct resume_mark, register_rows) },
    { "errors_len", offsetof(struct resume_mark, errors_len) },
    { "results_len", offsetof(struct resume_mark, results_len) },
};
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

enum rc resume_open(const char *home, const struct rows *rows, const char *sender,
                    struct resume *ret, struct diag *d)
{
    assert(home && rows && sender && ret);

    struct resume r = { .path = "" };
    uint8_t identity[32];
    enum rc rc = path_join(home, "import", r.folder, d);
    if (rc == RC_OK && rows_identity(rows, identity)) {
        sha256_2(span_of(identity, sizeof identity), span_text(sender), identity);
        char name[(size_t)2 * NAME_BYTES + sizeof ".progress"];
        hex_encode(identity, NAME_BYTES, name);
        memcpy(name + (size_t)2 * NAME_BYTES, ".progress", sizeof ".progress");
        rc = path_join(r.folder, name, r.path, d);
    }
    if (rc == RC_OK)
        *ret = r;
    return rc;
}

static bool read_field(const json_t *object, const struct mark_field *f, struct resume_mark *to)
{
    const json_t *const value = json_object_get(object, f->name);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    const uint64_t number = (uint64_t)json_integer_value(value);
    memcpy((char *)to + f->offset, &number, sizeof number);
    return true;
}

bool resume_read(const struct resume *r, struct resume_mark *ret)
{
    assert(r && ret);

    ON_EXIT(buf_free_at) struct buf text = { 0 };
    ON_EXIT(json_decref_at) json_t *object = NULL;
    if (!r->path[0] || file_read(r->path, MARK_MAX, &text, NULL) != RC_OK ||
        json_read(buf_span(&text), &object, NULL) != RC_OK)
        return false;

    struct resume_mark mark;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (!read_field(object, &fields[i], &mark))
            return false;
    if (mark.place.line == 0)
        return false;
    *ret = mark;
    return true;
}

enum rc resume_write(const struct resume *r, const struct resume_mark *mark, struct diag *d)
{
    assert(r && mark);

    if (!r->path[0])
        return RC_OK;
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        uint64_t number;
        memcpy(&number, (const char *)mark + fields[i].offset, sizeof number);
        buf_printf(&text, "%s\"%s\":%" PRIu64, i == 0 ? "{" : ",", fields[i].name, number);
    }
    buf_put_text(&text, "}\n");

    enum rc rc = buf_rc(&text, d);
    if (rc == RC_OK)
        rc = folder_make(r->folder, 0700, d);
    return rc == RC_OK ? file_replace(r->path, buf_span(&text), 0600, d) : rc;
}

void resume_forget(const struct resume *r)
{
    if (r->path[0])
        (void)unlink(r->path);
}
