#include "core/base/ids.h"

#include <assert.h>
#include <stdio.h>

#include "core/base/dates.h"

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return true;
}

/* Its place in set, or -1. A NUL has none, though strchr() would find it. */
static int place_in(const char *set, uint8_t c)
{
    const char *const at = c != 0 ? strchr(set, c) : NULL;
    return at ? (int)(at - set) : -1;
}

/* ISO/IEC 7064 clause 8, the hybrid systems: modulus is M of MOD M+1,M. */
static char check_hybrid(struct span text, const char *set, int modulus)
{
    int product = modulus;
    for (size_t i = 0; i < text.len; i++) {
        const int value = place_in(set, text.ptr[i]);
        if (value < 0)
            return 0;
        const int sum = (product + value) % modulus;
        product = (sum == 0 ? modulus : sum) * 2 % (modulus + 1);
    }
    return set[(modulus + 1 - product) % modulus];
}

char check_mod_11_10(struct span digits)
{
    return check_hybrid(digits, "0123456789", 10);
}

char check_mod_37_36(struct span text)
{
    return check_hybrid(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 36);
}

#define CREDIT_CODE_LEN 18

bool credit_code_valid(struct span code)
{
    static const char set[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int modulus = sizeof set - 1;

    if (code.len != CREDIT_CODE_LEN)
        return false;

    int weight = 1, sum = 0;
    for (size_t i = 0; i < CREDIT_CODE_LEN - 1; i++) {
        const int value = place_in(set, code.ptr[i]);
        if (value < 0)
            return false;
        sum += value * weight;
        weight = weight * 3 % modulus;
    }
    return code.ptr[CREDIT_CODE_LEN - 1] == (uint8_t)set[(modulus - sum % modulus) % modulus];
}

#define RESIDENT_ID_OLD_LEN 15
#define RESIDENT_CENTURY_AT 6 /* the older form has no 19 here */

static char resident_check(const char *first17)
{
    static const int weights[RESIDENT_ID_LEN - 1] = { 7, 9, 10, 5,  8, 4, 2, 1, 6,
                                                      3, 7, 9,  10, 5, 8, 4, 2 };
    int sum = 0;
    for (size_t i = 0; i < RESIDENT_ID_LEN - 1; i++)
        sum += (first17[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

static bool born_by(const char *id, int32_t today)
{
    char text[DATE_TEXT_LEN + 1];
    (void)snprintf(text, sizeof text, "%.4s-%.2s-%.2s", id + 6, id + 10, id + 12);
    int32_t born;
    return date_parse(span_text(text), &born) && born <= today;
}

/* The 17 digits before the check character, from either form. */
static bool take_resident_digits(struct span number, char ret[RESIDENT_ID_LEN + 1])
{
    if (number.len != RESIDENT_ID_LEN && number.len != RESIDENT_ID_OLD_LEN)
        return false;

    if (number.len == RESIDENT_ID_LEN) {
        memcpy(ret, number.ptr, RESIDENT_ID_LEN - 1);
    } else {
        memcpy(ret, number.ptr, RESIDENT_CENTURY_AT);
        memcpy(ret + RESIDENT_CENTURY_AT, "19", 2);
        memcpy(ret + RESIDENT_CENTURY_AT + 2, number.ptr + RESIDENT_CENTURY_AT,
               RESIDENT_ID_OLD_LEN - RESIDENT_CENTURY_AT);
    }
    return all_digits(span_of(ret, RESIDENT_ID_LEN - 1));
}

bool resident_id_normalise(struct span number, int32_t today, char ret[RESIDENT_ID_LEN + 1])
{
    assert(ret);

    char id[RESIDENT_ID_LEN + 1] = "";
    if (!take_resident_digits(number, id))
        return false;

    const char check = resident_check(id);
    if (number.len == RESIDENT_ID_LEN) {
        const char given = (char)number.ptr[RESIDENT_ID_LEN - 1];
        if (given != check && !(given == 'x' && check == 'X'))
            return false;
    }
    id[RESIDENT_ID_LEN - 1] = check;

    if (!born_by(id, today))
        return false;
    memcpy(ret, id, sizeof id);
    return true;
}

/* What is known of the other documents' numbers: wide enough for their older series. */
static const struct id_shape {
    unsigned type;
    size_t min, max;    /* characters */
    const char *others; /* allowed besides letters and digits */
} id_shapes[] = {
    { ID_PASSPORT, 5, 20, "" },
    { ID_TAIWAN, 7, 12, "" },
    { ID_HK_MACAO, 8, 12, "" },
    { ID_OTHER, 4, ID_NUMBER_MAX, "-/()" },
};

static const struct id_shape *find_shape(unsigned type)
{
    for (size_t i = 0; i < sizeof id_shapes / sizeof id_shapes[0]; i++)
        if (id_shapes[i].type == type)
            return &id_shapes[i];
    return NULL;
}

/* 0: not a character of such a number. */
static char raise_character(const struct id_shape *shape, uint8_t c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    if (is_digit(c) || (c >= 'A' && c <= 'Z') || place_in(shape->others, c) >= 0)
        return (char)c;
    return 0;
}

bool id_number_normalise(unsigned type, struct span number, int32_t today,
                         char ret[ID_NUMBER_MAX + 1])
{
    assert(ret);

    if (type == ID_RESIDENT)
        return resident_id_normalise(number, today, ret);

    const struct id_shape *const shape = find_shape(type);
    if (!shape || number.len < shape->min || number.len > shape->max)
        return false;

    char text[ID_NUMBER_MAX + 1] = "";
    for (size_t i = 0; i < number.len; i++) {
        text[i] = raise_character(shape, number.ptr[i]);
        if (text[i] == 0)
            return false;
    }
    memcpy(ret, text, sizeof text);
    return true;
}

#define ELICENCE_ROOT        "1.2.156.3005.2."
#define ELICENCE_TYPE_LEN    21
#define ELICENCE_VERSION_LEN 3

/* The parts after the root without their dots, and the check character over them. */
static char check_parts(struct span parts)
{
    char joined[ELICENCE_MAX];
    size_t len = 0;
    for (size_t i = 0; i < parts.len; i++)
        if (parts.ptr[i] != '.')
            joined[len++] = (char)parts.ptr[i];
    return check_mod_37_36(span_of(joined, len));
}

bool elicence_format(const char *type21, const char *issuer18, const char *number, unsigned version,
                     char ret[ELICENCE_MAX])
{
    assert(type21 && issuer18 && number && ret);

    if (strlen(type21) != ELICENCE_TYPE_LEN || strlen(issuer18) != CREDIT_CODE_LEN ||
        number[0] == '\0' || strchr(number, '.') || version < 1 || version > 999)
        return false;

    char text[ELICENCE_MAX];
    const int len = snprintf(text, sizeof text, ELICENCE_ROOT "%s.%s.%s.%03u", type21, issuer18,
                             number, version);
    if (len < 0 || (size_t)len + 2 >= sizeof text)
        return false;

    const size_t root = sizeof ELICENCE_ROOT - 1;
    const char check = check_parts(span_of(text + root, (size_t)len - root));
    if (check == 0)
        return false;
    memcpy(ret, text, (size_t)len);
    memcpy(ret + len, (const char[]){ '.', check, '\0' }, 3);
    return true;
}

/* Takes one part up to the next dot (or the end); false: none is left. */
static bool take_part(struct span *text, struct span *ret)
{
    if (!text->ptr)
        return false;
    const uint8_t *const dot = text->len > 0 ? memchr(text->ptr, '.', text->len) : NULL;
    const size_t len = dot ? (size_t)(dot - text->ptr) : text->len;
    *ret = span_of(text->ptr, len);
    *text = dot ? span_of(dot + 1, text->len - len - 1) : span_of(NULL, 0);
    return true;
}

enum elicence_check elicence_check(struct span text)
{
    const size_t root = sizeof ELICENCE_ROOT - 1;
    if (text.len <= root || text.len >= ELICENCE_MAX || memcmp(text.ptr, ELICENCE_ROOT, root) != 0)
        return ELICENCE_MALFORMED;

    const struct span body = span_of(text.ptr + root, text.len - root);
    struct span rest = body, type, issuer, number, version, check;
    if (!take_part(&rest, &type) || !take_part(&rest, &issuer) || !take_part(&rest, &number) ||
        !take_part(&rest, &version) || !take_part(&rest, &check) || rest.ptr)
        return ELICENCE_MALFORMED;
    if (type.len != ELICENCE_TYPE_LEN || issuer.len != CREDIT_CODE_LEN || number.len == 0 ||
        version.len != ELICENCE_VERSION_LEN || !all_digits(version) ||
        memcmp(version.ptr, "000", ELICENCE_VERSION_LEN) == 0 || check.len != 1)
        return ELICENCE_MALFORMED;

    const char right = check_parts(span_of(body.ptr, body.len - 2));
    if (right == 0 || check_mod_37_36(check) == 0)
        return ELICENCE_MALFORMED;
    return (char)check.ptr[0] == right ? ELICENCE_GOOD : ELICENCE_WRONG_CHECK;
}
