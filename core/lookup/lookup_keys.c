#include <assert.h>
#include <string.h>

#include "core/base/ids.h"
#include "core/lookup/lookup.h"
#include "core/unicode/name.h"

#define OF_NUMBER 1
#define OF_PERSON 3

/* As the register keeps it: by the type whose form it has. A resident's number first, for its old
 * form has another spelling; what is left has one spelling whatever the type. */
static void put_id(struct buf *to, struct span id, int32_t today)
{
    char normal[ID_NUMBER_MAX + 1];
    if (id_number_normalise(ID_RESIDENT, id, today, normal) ||
        id_number_normalise(ID_OTHER, id, today, normal))
        buf_put_text(to, normal);
    else
        buf_put_span(to, id);
    explicit_bzero(normal, sizeof normal);
}

static enum rc put_name(struct buf *to, struct span name, struct diag *d)
{
    ON_EXIT(buf_wipe_at) struct buf normal = { 0 };
    enum rc rc = name_normalise(name, &normal, NULL);
    if (rc == RC_OK)
        rc = name_fold(buf_span(&normal), to, NULL);
    if (rc == RC_NOMEM)
        return diag_set(d, rc, DIAG_NO_OFFSET, "a name");
    if (rc != RC_OK)
        buf_put_span(to, name);
    return RC_OK;
}

static struct span trim(struct span s)
{
    while (s.len > 0 && s.ptr[0] == ' ')
        s = span_of(s.ptr + 1, s.len - 1);
    while (s.len > 0 && s.ptr[s.len - 1] == ' ')
        s.len--;
    return s;
}

enum rc lookup_person(struct span name, struct span id_number, int32_t today,
                      uint8_t ret[LOOKUP_PERSON_LEN], struct diag *d)
{
    assert(name.len <= LOOKUP_NAME_MAX && id_number.len <= LOOKUP_ID_MAX);

    /* Room at once: growing would leave copies behind. */
    ON_EXIT(buf_wipe_at) struct buf text = { 0 };
    (void)buf_reserve(&text, 4 * LOOKUP_NAME_MAX + LOOKUP_ID_MAX + 1);
    const enum rc rc = put_name(&text, trim(name), d);
    if (rc != RC_OK)
        return rc;
    buf_put_u8(&text, 0);
    put_id(&text, trim(id_number), today);
    if (!buf_ok(&text))
        return buf_rc(&text, d);
    sha256(buf_span(&text), ret);
    return RC_OK;
}

static bool between(uint8_t c)
{
    return c == ' ' || c == '-' || c == '\0';
}

size_t lookup_number(struct span typed, char *ret)
{
    size_t len = 0;
    for (size_t i = 0; i < typed.len; i++)
        if (!between(typed.ptr[i]))
            ret[len++] = (char)typed.ptr[i];
    return len;
}

bool lookup_number_is_plain(struct span number)
{
    for (size_t i = 0; i < number.len; i++)
        if (between(number.ptr[i]))
            return false;
    return true;
}

/* n and n + 1, of docs/formats.md, "Look-up table". */
static void make(const uint8_t secret[LOOKUP_KEY_LEN], uint8_t n, const uint8_t number[SHA256_LEN],
                 const uint8_t person[LOOKUP_PERSON_LEN], struct lookup_keys *ret)
{
    uint8_t subject[1 + SHA256_LEN], digest[SHA256_LEN];
    const struct span who = span_of(person, LOOKUP_PERSON_LEN);
    memcpy(subject + 1, number, SHA256_LEN);
    subject[0] = n;
    hmac_sha256(secret, span_of(subject, sizeof subject), who, digest);
    memcpy(ret->digest, digest, LOOKUP_DIGEST_LEN);
    subject[0] = n + 1;
    hmac_sha256(secret, span_of(subject, sizeof subject), who, ret->seal);
}

void lookup_keys_make(const uint8_t secret[LOOKUP_KEY_LEN], struct span number,
                      const uint8_t person[LOOKUP_PERSON_LEN], struct lookup_keys *ret)
{
    assert(number.len <= LOOKUP_NUMBER_MAX);

    char plain[LOOKUP_NUMBER_MAX];
    uint8_t hash[SHA256_LEN];
    sha256(span_of(plain, lookup_number(number, plain)), hash);
    make(secret, OF_NUMBER, hash, person, ret);
}

void lookup_person_keys_make(const uint8_t secret[LOOKUP_KEY_LEN],
                             const uint8_t person[LOOKUP_PERSON_LEN], struct lookup_keys *ret)
{
    static const uint8_t none[SHA256_LEN];
    make(secret, OF_PERSON, none, person, ret);
}
