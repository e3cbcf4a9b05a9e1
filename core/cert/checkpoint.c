#include <assert.h>
#include <inttypes.h>

#include "core/base/utf8.h"
#include "core/cert/tlog_text.h"

#define EM_DASH           "\xe2\x80\x94"
#define NOTE_TYPE_ED25519 0x01 /* C2SP signed-note, "Signature types" */

void checkpoint_body_put(struct buf *b, const char *origin, uint64_t size,
                         const struct tlog_hash *root)
{
    assert(b && origin && root && size <= TLOG_SIZE_MAX);

    buf_printf(b, "%s\n%" PRIu64 "\n", origin, size);
    text_put_hash(b, root);
}

void note_typed_id(const char *name, uint8_t type, const uint8_t pub[ED25519_PUB_LEN],
                   uint8_t ret[NOTE_ID_LEN])
{
    uint8_t key[2 + ED25519_PUB_LEN] = { '\n', type };
    memcpy(key + 2, pub, ED25519_PUB_LEN);

    uint8_t hash[SHA256_LEN];
    sha256_2(span_text(name), span_of(key, sizeof key), hash);
    memcpy(ret, hash, NOTE_ID_LEN);
}

void note_key_id(const char *name, const uint8_t pub[ED25519_PUB_LEN], uint8_t ret[NOTE_ID_LEN])
{
    note_typed_id(name, NOTE_TYPE_ED25519, pub, ret);
}

void note_line_put(struct buf *b, const char *name, const uint8_t id[NOTE_ID_LEN],
                   struct span signature)
{
    ON_EXIT(buf_free_at) struct buf raw = { 0 };
    buf_put(&raw, id, NOTE_ID_LEN);
    buf_put_span(&raw, signature);
    if (!buf_ok(&raw)) {
        b->failed = true;
        return;
    }
    buf_printf(b, EM_DASH " %s ", name);
    base64_encode(buf_span(&raw), b);
    buf_put_text(b, "\n");
}

void note_signature_put(struct buf *b, const char *name, const uint8_t pub[ED25519_PUB_LEN],
                        const uint8_t signature[SIGNATURE_LEN])
{
    uint8_t id[NOTE_ID_LEN];
    note_key_id(name, pub, id);
    note_line_put(b, name, id, span_of(signature, SIGNATURE_LEN));
}

/* The spaces of Unicode above U+0020 (property White_Space), in UTF-8; U+0085 is a control
 * character. */
static bool has_wide_space(struct span s)
{
    static const char *const spaces[] = {
        "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82",
        "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87",
        "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
        "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
    };
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        const struct span space = span_text(spaces[i]);
        for (size_t at = 0; at + space.len <= s.len; at++) {
            if (memcmp(s.ptr + at, space.ptr, space.len) == 0)
                return true;
        }
    }
    return false;
}

/* A key's name, and our origin: text without spaces and plus. */
static bool is_name(struct span s)
{
    return s.len > 0 && utf8_well_formed(s) && !utf8_has_control(s) && !memchr(s.ptr, ' ', s.len) &&
           !memchr(s.ptr, '+', s.len) && !has_wide_space(s);
}

/* "— name base64". Whether the base64 is any is known when it is decoded. */
bool note_line_split(struct span line, struct note_line *ret)
{
    const struct span dash = SPAN_LITERAL(EM_DASH " ");
    if (line.len <= dash.len || memcmp(line.ptr, dash.ptr, dash.len) != 0)
        return false;

    const struct span rest = span_of(line.ptr + dash.len, line.len - dash.len);
    const uint8_t *const space = memchr(rest.ptr, ' ', rest.len);
    if (!space)
        return false;

    const size_t name_len = (size_t)(space - rest.ptr);
    *ret = (struct note_line){
        .name = span_of(rest.ptr, name_len),
        .base64 = span_of(space + 1, rest.len - name_len - 1),
    };
    return is_name(ret->name);
}

bool note_line_decode(const struct note_line *line, struct buf *ret)
{
    return base64_decode(line->base64, ret) && ret->len > NOTE_ID_LEN;
}

static enum rc check_lines(struct reader *r, struct diag *d)
{
    if (reader_left(r) == 0)
        return diag_set(d, RC_FORMAT, r->pos, "the checkpoint has no signature line");

    while (reader_left(r) > 0) {
        const size_t at = r->pos;
        struct span text;
        struct note_line line;
        if (!text_take_line(r, &text) || !note_line_split(text, &line))
            return diag_set(d, RC_FORMAT, at, "not a signature line of a checkpoint");

        ON_EXIT(buf_free_at) struct buf raw = { 0 };
        if (!note_line_decode(&line, &raw))
            return diag_set(d, RC_FORMAT, at, "a checkpoint's signature is not base64");
    }
    return RC_OK;
}

/* Reads the body up to and with the blank line. */
static enum rc parse_body(struct reader *r, struct checkpoint *ret, struct diag *d)
{
    struct span size, root, blank;
    size_t at = r->pos;

    if (!text_take_line(r, &ret->origin) || !is_name(ret->origin))
        return diag_set(d, RC_FORMAT, at, "the checkpoint's first line is not an origin");
    at = r->pos;
    if (!text_take_line(r, &size) || !text_decimal(size, &ret->size))
        return diag_set(d, RC_FORMAT, at, "the checkpoint's second line is not a tree size");
    at = r->pos;
    if (!text_take_line(r, &root) || !text_hash(root, &ret->root))
        return diag_set(d, RC_FORMAT, at, "the checkpoint's third line is not a root hash");
    at = r->pos;
    ret->body = span_of(r->in.ptr, at);
    if (!text_take_line(r, &blank) || blank.len != 0)
        return diag_set(d, RC_FORMAT, at, "no blank line after the checkpoint's third line");
    return RC_OK;
}

enum rc checkpoint_parse(struct span note, struct checkpoint *ret, struct diag *d)
{
    assert(ret);

    if (note.len > CHECKPOINT_MAX)
        return diag_set(d, RC_LIMIT, CHECKPOINT_MAX, "a checkpoint of %zu bytes, over %d", note.len,
                        CHECKPOINT_MAX);

    struct reader r = reader_over(note);
    struct checkpoint c = { .size = 0 };
    enum rc rc = parse_body(&r, &c, d);
    if (rc == RC_OK)
        rc = check_lines(&r, d);
    if (rc == RC_OK)
        *ret = c;
    return rc;
}

/* Checks the lines that name this key and id; a bad one spoils the note, others are not ours to
 * judge. */
static enum rc check_signatures(struct reader *lines, const struct checkpoint *c, const char *name,
                                const struct pubkey *key, struct diag *d)
{
    uint8_t id[NOTE_ID_LEN];
    note_key_id(name, pubkey_numbers(key)->x, id);

    bool found = false;
    struct span text;
    while (text_take_line(lines, &text)) {
        struct note_line line;
        ON_EXIT(buf_free_at) struct buf raw = { 0 };
        if (!note_line_split(text, &line) || !note_line_decode(&line, &raw))
            return diag_set(d, RC_FORMAT, lines->pos, "not a signature line of a checkpoint");
        if (!span_equal(line.name, span_text(name)) || memcmp(raw.ptr, id, sizeof id) != 0)
            continue;

        enum check answer = CHECK_BAD;
        const struct span sig = span_of(raw.ptr + NOTE_ID_LEN, raw.len - NOTE_ID_LEN);
        const enum rc rc = pubkey_check(key, c->body, sig, &answer, d);
        if (rc != RC_OK)
            return rc;
        if (answer != CHECK_GOOD)
            return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                            "the checkpoint's signature does not hold");
        found = true;
    }
    if (!found)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                        "the checkpoint has no signature by the log's key");
    return RC_OK;
}

enum rc checkpoint_check(struct span note, const char *origin, const struct pubkey *key,
                         struct checkpoint *ret, struct diag *d)
{
    assert(origin && key && ret);

    struct checkpoint c;
    enum rc rc = checkpoint_parse(note, &c, d);
    if (rc != RC_OK)
        return rc;
    if (!span_equal(c.origin, span_text(origin)))
        return diag_set(d, RC_REFUSED, 0, "the checkpoint is of another log than '%s'", origin);
    if (pubkey_numbers(key)->alg != ALG_EDDSA)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                        "the key that should have signed the checkpoint is not Ed25519");

    struct reader lines = reader_over(note);
    lines.pos = c.body.len + 1;
    rc = check_signatures(&lines, &c, origin, key, d);
    if (rc == RC_OK)
        *ret = c;
    return rc;
}
