/*
 * Any headers in, by a rule in place of signatures: method, address and header lines, as text; the
 * body's digest is that of nothing. What is good has all that a good request must have, the base is
 * what the parameters say, and a dictionary that is read says the same when written and read again.
 */
#include <stdlib.h>

#include "core/message/parts.h"
#include "core/message/target.h"
#include "tests/fuzz/signature_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINES_MAX  12u
#define LINE_BYTES 2048u /* bytes with NUL */
#define NOW        1900000000

static const uint8_t nothing[SHA256_LEN] = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
};

struct request_lines {
    size_t count;
    char at[LINES_MAX][LINE_BYTES];
};

/* Line 0 is the method, line 1 the address, the others "name: value". */
static void split(const uint8_t *data, size_t size, struct request_lines *ret)
{
    size_t len = 0;
    for (size_t i = 0; i < size && ret->count < LINES_MAX; i++) {
        if (data[i] != '\n' && len + 1 < LINE_BYTES) {
            ret->at[ret->count][len++] = (char)data[i];
            continue;
        }
        ret->at[ret->count++][len] = '\0';
        len = 0;
    }
}

static const char *header(void *arg, const char *name)
{
    const struct request_lines *const lines = arg;
    const size_t len = strlen(name);
    for (size_t i = 2; i < lines->count; i++)
        if (strncmp(lines->at[i], name, len) == 0 && lines->at[i][len] == ':')
            return lines->at[i] + len + 1;
    return NULL;
}

static void find_key(void *arg, struct span keyid, int64_t now, struct message_keys *ret)
{
    (void)arg;
    (void)now;
    if (keyid.len == 0 || keyid.len > MESSAGE_KEYID_MAX)
        abort();
    ret->suspended = span_equal(keyid, SPAN_LITERAL("suspended"));
    ret->at[ret->count++] = fuzz_key_ed25519();
    ret->at[ret->count++] = fuzz_key_p256();
}

static void must_be_evidence(struct message_evidence *e, bool with_body)
{
    const char *const base = buf_cstr(&e->base);
    if (!e->key || !e->keyid[0] || strlen(e->nonce) < MESSAGE_NONCE_MIN ||
        e->created < NOW - MESSAGE_WINDOW_S || e->created > NOW + MESSAGE_WINDOW_S ||
        !strstr(base, "\"@method\": ") || !strstr(base, "\"@target-uri\": ") ||
        (with_body && !strstr(base, "\"content-digest\": ")))
        abort();
}

static void judge(struct request_lines *lines, bool with_body)
{
    const struct message_request request = {
        .method = with_body ? lines->at[0] : "GET",
        .target_uri = span_text(lines->at[1]),
        .header = header,
        .arg = lines,
        .body_sha256 = with_body ? nothing : NULL,
    };
    const struct message_key_source source = { find_key, NULL };
    struct message_evidence evidence = { 0 };
    enum message_verdict v = MESSAGE_UNDECIDED;
    const enum rc rc = message_verify(&request, &source, NOW, &v, &evidence, NULL);
    if (rc == RC_OK ? v == MESSAGE_UNDECIDED : rc != RC_CRYPTO || v != MESSAGE_UNDECIDED)
        abort();
    if (v == MESSAGE_GOOD)
        must_be_evidence(&evidence, with_body);
    else if (rc == RC_OK && (evidence.key || !message_code(v)[0]))
        abort();
    message_evidence_free(&evidence);
}

static void put_member(struct buf *to, const struct field_member *m)
{
    struct field_inner inner;
    buf_put_span(to, m->key);
    buf_put_u8(to, '=');
    if (!m->is_list) {
        buf_put_text(to, m->item.raw.len ? "" : "?1");
        field_item_put(to, &m->item);
    } else {
        if (field_inner_read(m, &inner, NULL) != RC_OK)
            abort();
        for (size_t i = 0; i < inner.count; i++) {
            buf_put_u8(to, i ? ' ' : '(');
            field_item_put(to, &inner.at[i].item);
            field_params_put(to, &inner.at[i].params);
        }
        buf_put_text(to, inner.count ? ")" : "()");
    }
    field_params_put(to, &m->params);
}

static bool write_again(struct span text, struct buf *to)
{
    static struct field_dictionary dictionary;
    struct diag d = DIAG_INIT;
    const enum rc rc = field_dictionary_read(text, &dictionary, &d);
    if (rc != d.code || rc == RC_NOMEM || (rc != RC_OK && d.offset > text.len))
        abort();
    for (size_t i = 0; rc == RC_OK && i < dictionary.count; i++) {
        buf_put_text(to, i ? ", " : "");
        put_member(to, &dictionary.at[i]);
    }
    return rc == RC_OK;
}

static void compare_digest(struct span value)
{
    enum message_verdict v = MESSAGE_UNDECIDED;
    if (content_digest_check(value, nothing, &v, NULL) != RC_OK)
        abort();
    if (v != MESSAGE_GOOD && v != MESSAGE_DIGEST_MISMATCH &&
        v != MESSAGE_CONTENT_DIGEST_MALFORMED && v != MESSAGE_CONTENT_DIGEST_MISSING)
        abort();
}

static void split_uri(struct span uri)
{
    struct target_parts parts;
    const bool is_split = target_split(uri, &parts);
    if (is_split &&
        parts.scheme.len + 3 + parts.authority.len + parts.path.len + parts.query.len != uri.len)
        abort();
    if (target_base_valid(uri) && (!is_split || parts.query.len > 0))
        abort();
}

static void name_listener(const char *listen)
{
    char base[TARGET_BASE_MAX];
    target_base_of_listen(listen, base);
    if (strncmp(base, "http://", 7) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request_lines lines;
    ON_EXIT(buf_free_at) struct buf once = { 0 };
    ON_EXIT(buf_free_at) struct buf twice = { 0 };
    memset(&lines, 0, sizeof lines);
    split(data, size, &lines);
    judge(&lines, true);
    judge(&lines, false);
    if (write_again(span_of(data, size), &once) &&
        (!write_again(buf_span(&once), &twice) || !span_equal(buf_span(&once), buf_span(&twice))))
        abort();
    compare_digest(span_of(data, size));
    split_uri(span_of(data, size));
    split_uri(span_text(lines.at[1]));
    name_listener(lines.at[1]);
    return 0;
}
