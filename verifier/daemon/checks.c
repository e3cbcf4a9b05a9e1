#include "verifier/daemon/checks.h"

#include <assert.h>

#include "core/cert/digits.h"
#include "core/cert/staple.h"
#include "verifier/certcheck/input.h"

void checked_free(struct checked *c)
{
    buf_free(&c->token);
    buf_free(&c->staple);
    publication_put_at(&c->of);
}

static bool could_not_read(enum rc rc)
{
    return rc == RC_FORMAT || rc == RC_LIMIT;
}

static struct verdict unreadable(const struct evidence *e, size_t offset)
{
    struct verdict v = { .authentic = AUTH_UNREADABLE, .now = e->now };
    v.offset = offset;
    verdict_add(&v, PROBLEM_UNREADABLE);
    return v;
}

static enum rc begin(struct store *s, struct checked *c, struct evidence *ret, struct diag *d)
{
    assert(!c->of);
    c->of = store_get(s);
    return publication_evidence(c->of, ret, d);
}

static enum rc judge_digits(const struct evidence *e, struct span digits, struct span host,
                            struct checked *ret, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = digits_decode(digits, &ret->token, &why);
    if (rc == RC_OK)
        return judge(buf_span(&ret->token), host, e, &ret->v, d);
    if (!could_not_read(rc))
        return diag_set(d, rc, why.offset, "%s", why.text);
    ret->v = unreadable(e, why.offset);
    return RC_OK;
}

enum rc check_digits(struct store *s, struct span digits, struct span host, struct checked *ret,
                     struct diag *d)
{
    struct evidence e;
    const enum rc rc = begin(s, ret, &e, d);
    return rc == RC_OK ? judge_digits(&e, digits, host, ret, d) : rc;
}

enum rc check_text(struct store *s, struct span text, struct span live, struct checked *ret,
                   struct diag *d)
{
    struct evidence e;
    struct qr_text parts = { 0 };
    enum rc rc = begin(s, ret, &e, d);
    if (rc == RC_OK && live.ptr)
        rc = staple_text_read(live, &ret->staple, d);
    if (rc != RC_OK)
        return rc;
    e.staple = buf_span(&ret->staple);
    rc = qr_text_parse(text, &parts, d);
    if (rc != RC_OK && !could_not_read(rc))
        return rc;
    /* What is no such text has no digits that could be read either. */
    return judge_digits(&e, rc == RC_OK ? parts.digits : text, parts.host, ret, d);
}

static enum rc judge_input(const struct input *in, const struct evidence *e, struct checked *c,
                           struct diag *d)
{
    struct pdf_finding pdf = { 0 };
    struct diag more = DIAG_INIT;
    if (in->pdf.len == 0) {
        buf_put_span(&c->token, buf_span(&in->token));
        const enum rc rc = buf_rc(&c->token, d);
        return rc == RC_OK ? judge(buf_span(&c->token), in->host, e, &c->v, d) : rc;
    }
    enum rc rc = judge_pdf_file(buf_span(&in->pdf), e, &pdf, &more);
    if (rc != RC_OK)
        return diag_set(d, rc, more.offset, "%s", more.text);
    buf_put_span(&c->token, pdf.token);
    rc = buf_rc(&c->token, d);
    return rc == RC_OK ? judge_pdf_token(buf_span(&c->token), &pdf, e, &c->v, d) : rc;
}

enum rc check_bytes(struct store *s, struct span bytes, struct checked *ret, struct diag *d)
{
    struct evidence e;
    struct diag why = DIAG_INIT;
    ON_EXIT(input_free) struct input in = { 0 };
    enum rc rc = begin(s, ret, &e, d);
    if (rc != RC_OK)
        return rc;
    rc = input_take(bytes, &in, &why);
    if (rc == RC_OK)
        return judge_input(&in, &e, ret, d);
    if (!could_not_read(rc))
        return diag_set(d, rc, why.offset, "%s", why.text);
    ret->v = unreadable(&e, why.offset);
    return RC_OK;
}

enum rc check_token(struct store *s, struct span token, struct checked *ret, struct diag *d)
{
    struct evidence e;
    enum rc rc = begin(s, ret, &e, d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(&ret->token, token);
    rc = buf_rc(&ret->token, d);
    return rc == RC_OK ? judge(buf_span(&ret->token), (struct span){ 0 }, &e, &ret->v, d) : rc;
}

enum rc check_no_match(struct store *s, struct checked *ret, struct diag *d)
{
    struct evidence e;
    const enum rc rc = begin(s, ret, &e, d);
    if (rc != RC_OK)
        return rc;
    ret->v = (struct verdict){ .authentic = AUTH_NO_MATCH,
                               .now = e.now,
                               .offset = DIAG_NO_OFFSET,
                               .deployment = e.trust->deployment,
                               .demo = e.trust->demo };
    if (ret->v.demo)
        verdict_add(&ret->v, PROBLEM_DEMO);
    verdict_add(&ret->v, PROBLEM_NO_MATCH);
    return RC_OK;
}
