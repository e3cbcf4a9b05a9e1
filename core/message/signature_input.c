#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/message/parts.h"

void signature_input_free(struct signature_input *input)
{
    buf_free(&input->params);
    buf_free(&input->nonce);
    buf_free(&input->keyid);
    buf_free(&input->alg);
    buf_free(&input->tag);
    buf_free(&input->signature);
    *input = (struct signature_input){ 0 };
}

static enum message_verdict refuse(struct signature_input *in, enum message_verdict v,
                                   struct span what)
{
    const int len = what.len < sizeof in->detail ? (int)what.len : (int)sizeof in->detail - 1;
    (void)snprintf(in->detail, sizeof in->detail, "%.*s", len, (const char *)what.ptr);
    return v;
}

/* --- which of the signatures is ours --- */

static bool has_our_tag(const struct field_member *m)
{
    const struct field_item *const tag = field_param_find(&m->params, "tag");
    if (!tag || tag->kind != FIELD_STRING)
        return false;
    return span_equal(tag->raw, SPAN_LITERAL("\"" MESSAGE_TAG "\""));
}

static enum message_verdict find_ours(const struct field_dictionary *inputs,
                                      const struct field_member **ret)
{
    const struct field_member *found = NULL;
    for (size_t i = 0; i < inputs->count; i++) {
        if (!inputs->at[i].is_list) /* RFC 9421 section 4.1 */
            return MESSAGE_SIGNATURE_INPUT_MALFORMED;
        if (!has_our_tag(&inputs->at[i]))
            continue;
        if (found)
            return MESSAGE_SIGNATURE_AMBIGUOUS;
        found = &inputs->at[i];
    }
    *ret = found;
    return found ? MESSAGE_GOOD : MESSAGE_TAG_WRONG;
}

/* --- its parameters (RFC 9421 section 2.3) --- */

struct known_param {
    const char *key;
    enum field_kind kind;
    size_t given; /* where its has_… stands */
    size_t value; /* a struct buf for a FIELD_STRING, an int64_t for a FIELD_INTEGER */
};
#define AT(member) offsetof(struct signature_input, member)
static const struct known_param known_params[] = {
    { "created", FIELD_INTEGER, AT(has_created), AT(created) },
    { "expires", FIELD_INTEGER, AT(has_expires), AT(expires) },
    { "nonce", FIELD_STRING, AT(has_nonce), AT(nonce) },
    { "keyid", FIELD_STRING, AT(has_keyid), AT(keyid) },
    { "alg", FIELD_STRING, AT(has_alg), AT(alg) },
    { "tag", FIELD_STRING, AT(has_tag), AT(tag) },
};
#undef AT

static const struct known_param *known_param_find(struct span key)
{
    for (size_t i = 0; i < sizeof known_params / sizeof known_params[0]; i++)
        if (span_equal(span_text(known_params[i].key), key))
            return &known_params[i];
    return NULL;
}

static enum message_verdict take_param(const struct field_param *p, struct signature_input *ret)
{
    const struct known_param *const known = known_param_find(p->key);
    if (!known)
        return refuse(ret, MESSAGE_PARAMETER_UNKNOWN, p->key);
    if (p->value.kind != known->kind)
        return refuse(ret, MESSAGE_SIGNATURE_INPUT_MALFORMED, p->key);

    uint8_t *const fields = (uint8_t *)ret;
    const bool given = true;
    memcpy(fields + known->given, &given, sizeof given);
    if (known->kind == FIELD_INTEGER)
        memcpy(fields + known->value, &p->value.number, sizeof p->value.number);
    else
        field_string_put((struct buf *)(void *)(fields + known->value), &p->value);
    return MESSAGE_GOOD;
}

static enum message_verdict take_params(const struct field_member *m, struct signature_input *ret)
{
    for (size_t i = 0; i < m->params.count; i++) {
        const enum message_verdict v = take_param(&m->params.at[i], ret);
        if (v != MESSAGE_GOOD)
            return v;
    }
    return MESSAGE_GOOD;
}

/* --- what it covers (section 2.5) --- */

static bool is_covered(const struct signature_input *in, const struct component *c)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->covered[i] == c)
            return true;
    return false;
}

static enum message_verdict take_component(const struct field_inner_item *item,
                                           struct signature_input *ret)
{
    if (item->item.kind != FIELD_STRING)
        return refuse(ret, MESSAGE_SIGNATURE_INPUT_MALFORMED, item->item.raw);
    /* A parameter changes what a component means (";sf", ";bs", ";req"): none of ours has one. */
    const struct span name = span_of(item->item.raw.ptr + 1, item->item.raw.len - 2);
    const struct component *const c = component_find(name);
    if (!c || item->params.count > 0)
        return refuse(ret, MESSAGE_COMPONENT_UNKNOWN, name);
    if (is_covered(ret, c))
        return refuse(ret, MESSAGE_SIGNATURE_INPUT_MALFORMED, name);
    ret->covered[ret->count++] = c;
    buf_printf(&ret->params, "%s\"%s\"", ret->count > 1 ? " " : "", c->name);
    return MESSAGE_GOOD;
}

static enum message_verdict take_components(const struct field_inner *inner,
                                            struct signature_input *ret)
{
    buf_put_u8(&ret->params, '(');
    for (size_t i = 0; i < inner->count; i++) {
        const enum message_verdict v = take_component(&inner->at[i], ret);
        if (v != MESSAGE_GOOD)
            return v;
    }
    buf_put_u8(&ret->params, ')');
    return MESSAGE_GOOD;
}

/* --- both headers --- */

static enum message_verdict take_signature(const struct field_dictionary *signatures,
                                           struct span label, struct signature_input *ret)
{
    const struct field_member *const m = field_member_find(signatures, label);
    if (!m || m->is_list || m->item.kind != FIELD_BYTES || m->params.count > 0)
        return refuse(ret, MESSAGE_SIGNATURE_MALFORMED, label);
    field_bytes_put(&ret->signature, &m->item);
    return MESSAGE_GOOD;
}

static enum rc read_dictionary(struct span text, enum message_verdict malformed,
                               struct field_dictionary *ret, enum message_verdict *ret_v,
                               struct signature_input *in, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = field_dictionary_read(text, ret, &why);
    if (rc == RC_NOMEM)
        return diag_set(d, rc, DIAG_NO_OFFSET, "no memory to read a signature");
    *ret_v = rc == RC_OK ? MESSAGE_GOOD : refuse(in, malformed, span_text(why.text));
    return RC_OK;
}

static enum rc read_member(const struct field_member *m, struct signature_input *ret,
                           enum message_verdict *ret_v, struct diag *d)
{
    struct field_inner inner;
    const enum rc rc = field_inner_read(m, &inner, d);
    if (rc != RC_OK)
        return rc;
    *ret_v = take_params(m, ret);
    if (*ret_v == MESSAGE_GOOD)
        *ret_v = take_components(&inner, ret);
    field_params_put(&ret->params, &m->params);
    return RC_OK;
}

enum rc signature_input_read(struct span signature_input, struct span signature,
                             struct signature_input *ret, enum message_verdict *ret_v,
                             struct diag *d)
{
    struct field_dictionary inputs, signatures;
    enum rc rc =
        read_dictionary(signature_input, MESSAGE_SIGNATURE_INPUT_MALFORMED, &inputs, ret_v, ret, d);
    if (rc != RC_OK || *ret_v != MESSAGE_GOOD)
        return rc;
    const struct field_member *ours = NULL;
    *ret_v = find_ours(&inputs, &ours);
    if (*ret_v != MESSAGE_GOOD)
        return RC_OK;
    rc = read_dictionary(signature, MESSAGE_SIGNATURE_MALFORMED, &signatures, ret_v, ret, d);
    if (rc == RC_OK && *ret_v == MESSAGE_GOOD)
        *ret_v = take_signature(&signatures, ours->key, ret);
    if (rc == RC_OK && *ret_v == MESSAGE_GOOD)
        rc = read_member(ours, ret, ret_v, d);
    return rc;
}
