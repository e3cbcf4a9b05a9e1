#include "core/message/sign.h"

#include <assert.h>
#include <string.h>

#include "core/message/parts.h"

struct draft_headers {
    const struct message_draft *draft;
    const char *content_digest;
};

static const char *draft_header(void *arg, const char *name)
{
    const struct draft_headers *const h = arg;
    if (strcmp(name, "content-digest") == 0)
        return h->content_digest;
    return strcmp(name, "content-type") == 0 ? h->draft->content_type : h->draft->idempotency_key;
}

static bool is_needed(const struct component *c, const struct message_draft *m)
{
    return c->need == COMPONENT_ALWAYS || (c->need == COMPONENT_WITH_BODY && m->body_sha256);
}

static void put_text_param(struct buf *to, const char *name, const char *value, bool *valid)
{
    buf_printf(to, ";%s=", name);
    if (!field_text_put(to, span_text(value)))
        *valid = false;
}

static bool put_params(struct buf *to, const struct message_draft *m)
{
    bool valid = true, first = true;
    buf_put_u8(to, '(');
    for (const struct component *c = message_components; c->name; c++)
        if (is_needed(c, m)) {
            buf_printf(to, "%s\"%s\"", first ? "" : " ", c->name);
            first = false;
        }
    buf_printf(to, ");created=%lld", (long long)m->created);
    put_text_param(to, "nonce", m->nonce, &valid);
    put_text_param(to, "keyid", m->keyid, &valid);
    put_text_param(to, "alg", message_alg_name(m->alg), &valid);
    put_text_param(to, "tag", MESSAGE_TAG, &valid);
    return valid;
}

enum rc message_draft_put(const struct message_draft *m, struct buf *content_digest,
                          struct buf *signature_input, struct buf *base, struct diag *d)
{
    assert(m && m->keyid && m->nonce && message_alg_name(m->alg));
    assert(!m->body_sha256 || (m->content_type && m->idempotency_key));

    ON_EXIT(buf_free_at) struct buf params = { 0 };
    if (!put_params(&params, m))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "keyid and nonce must be visible ASCII");
    if (m->body_sha256)
        content_digest_put(content_digest, m->body_sha256);
    struct draft_headers headers = { m, buf_cstr(content_digest) };
    const struct message_request request = {
        .method = m->method,
        .target_uri = m->target_uri,
        .header = draft_header,
        .arg = &headers,
        .body_sha256 = m->body_sha256,
    };
    for (const struct component *c = message_components; c->name; c++)
        if (is_needed(c, m) && !component_put(base, c, &request))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "nothing to sign as '%s'", c->name);
    signature_params_line_put(base, buf_span(&params));
    buf_put_text(signature_input, "sitecert=");
    buf_put_span(signature_input, buf_span(&params));
    enum rc rc = buf_rc(base, d);
    if (rc == RC_OK)
        rc = buf_rc(signature_input, d);
    return rc == RC_OK ? buf_rc(content_digest, d) : rc;
}

void message_signature_put(struct buf *to, struct span signature)
{
    buf_put_text(to, "sitecert=:");
    base64_encode(signature, to);
    buf_put_u8(to, ':');
}
