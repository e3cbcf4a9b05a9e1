#include "core/cert/cosignature.h"

#include <assert.h>
#include <inttypes.h>

#include "core/cert/tlog_text.h"

#define NOTE_TYPE_COSIGNATURE 0x04 /* C2SP signed-note, "Signature types" */
#define TIME_LEN              8u
#define STAMPED_LEN           (TIME_LEN + SIGNATURE_LEN)

void cosignature_message_put(struct buf *b, int64_t time_s, struct span body)
{
    assert(b && time_s >= 0);

    buf_printf(b, "cosignature/v1\ntime %" PRId64 "\n", time_s);
    buf_put_span(b, body);
}

void cosignature_vkey_put(struct buf *b, const char *name, const uint8_t pub[ED25519_PUB_LEN])
{
    assert(b && name);

    uint8_t id[NOTE_ID_LEN], typed[1 + ED25519_PUB_LEN] = { NOTE_TYPE_COSIGNATURE };
    char hex[2 * NOTE_ID_LEN + 1];
    memcpy(typed + 1, pub, ED25519_PUB_LEN);
    note_typed_id(name, NOTE_TYPE_COSIGNATURE, pub, id);
    hex_encode(id, sizeof id, hex);
    buf_printf(b, "%s+%s+", name, hex);
    base64_encode(span_of(typed, sizeof typed), b);
}

void cosignature_put(struct buf *b, const char *name, const uint8_t pub[ED25519_PUB_LEN],
                     int64_t time_s, const uint8_t signature[SIGNATURE_LEN])
{
    assert(b && name && time_s >= 0);

    uint8_t id[NOTE_ID_LEN], stamped[STAMPED_LEN];
    for (size_t i = 0; i < TIME_LEN; i++)
        stamped[i] = (uint8_t)((uint64_t)time_s >> 8 * (TIME_LEN - 1 - i));
    memcpy(stamped + TIME_LEN, signature, SIGNATURE_LEN);
    note_typed_id(name, NOTE_TYPE_COSIGNATURE, pub, id);
    note_line_put(b, name, id, span_of(stamped, sizeof stamped));
}

static bool read_time(const uint8_t be[TIME_LEN], int64_t *ret)
{
    uint64_t v = 0;
    for (size_t i = 0; i < TIME_LEN; i++)
        v = v << 8 | be[i];
    *ret = (int64_t)v;
    return v <= INT64_MAX;
}

/* raw: key id, time and signature. */
static enum rc check_line(struct span raw, const struct checkpoint *c, const struct pubkey *key,
                          int64_t *ret_time, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    enum check answer = CHECK_BAD;
    int64_t time_s = 0;
    if (raw.len != NOTE_ID_LEN + STAMPED_LEN || !read_time(raw.ptr + NOTE_ID_LEN, &time_s))
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "a cosignature of another form");

    cosignature_message_put(&message, time_s, c->body);
    enum rc rc = buf_rc(&message, d);
    if (rc == RC_OK)
        rc = pubkey_check(key, buf_span(&message),
                          span_of(raw.ptr + NOTE_ID_LEN + TIME_LEN, SIGNATURE_LEN), &answer, d);
    if (rc != RC_OK)
        return rc;
    if (answer != CHECK_GOOD)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET, "a cosignature does not hold");
    *ret_time = time_s;
    return RC_OK;
}

static bool is_by(const struct note_line *line, struct span raw, const char *name,
                  const uint8_t id[NOTE_ID_LEN])
{
    return span_equal(line->name, span_text(name)) && memcmp(raw.ptr, id, NOTE_ID_LEN) == 0;
}

enum rc cosignature_find(struct span note, const struct checkpoint *c, const char *name,
                         const struct pubkey *key, int64_t *ret_time, struct diag *d)
{
    assert(c && name && key && ret_time && pubkey_numbers(key)->alg == ALG_EDDSA);

    uint8_t id[NOTE_ID_LEN];
    note_typed_id(name, NOTE_TYPE_COSIGNATURE, pubkey_numbers(key)->x, id);
    struct reader lines = reader_over(note);
    lines.pos = c->body.len + 1;
    int64_t latest = -1;
    struct span text;
    while (text_take_line(&lines, &text)) {
        struct note_line line;
        ON_EXIT(buf_free_at) struct buf raw = { 0 };
        int64_t time_s = 0;
        if (!note_line_split(text, &line) || !note_line_decode(&line, &raw))
            return diag_set(d, RC_FORMAT, lines.pos, "not a signature line of a checkpoint");
        if (!is_by(&line, buf_span(&raw), name, id))
            continue;
        const enum rc rc = check_line(buf_span(&raw), c, key, &time_s, d);
        if (rc != RC_OK)
            return rc;
        if (time_s > latest)
            latest = time_s;
    }
    if (latest < 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "no cosignature by '%s'", name);
    *ret_time = latest;
    return RC_OK;
}

enum rc cosignatures_count(struct span note, const struct checkpoint *c,
                           const struct trust_list *list, unsigned *ret, struct diag *d)
{
    assert(c && list && ret);

    unsigned held = 0;
    for (size_t i = 0; i < list->witness_count; i++) {
        const struct witness *const w = &list->witnesses[i];
        int64_t time_s;
        struct diag why = DIAG_INIT;
        const enum rc rc = cosignature_find(note, c, w->name, w->key, &time_s, &why);
        if (rc == RC_OK)
            held++;
        else if (rc != RC_NOT_FOUND && rc != RC_BAD_SIGNATURE)
            return diag_set(d, rc, why.offset, "%s", why.text);
    }
    *ret = held;
    return RC_OK;
}
