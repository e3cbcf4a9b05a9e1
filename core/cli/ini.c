#include "core/cli/ini.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <ini.h>

#include "core/base/utf8.h"

/* inih gives a handler no line number and cuts long lines silently: so we hand it the lines. */
struct ini_source {
    struct span left;
    unsigned line;
    unsigned failed_line; /* 0: none */
    const struct ini_key *keys;
    void *settings;
    uint64_t seen; /* a bit for each key */
    struct diag *d;
};

static enum rc fail(struct ini_source *in, const char *what, const char *subject)
{
    if (in->failed_line == 0)
        in->failed_line = in->line;
    return diag_set(in->d, RC_FORMAT, DIAG_NO_OFFSET, "line %u: %s '%s'", in->line, what, subject);
}

/* As fgets(): at most num − 1 bytes, with the newline. */
static char *give_line(char *to, int num, void *ctx)
{
    struct ini_source *const in = ctx;
    if (in->left.len == 0 || in->failed_line > 0)
        return NULL;

    in->line++;
    const uint8_t *const end = memchr(in->left.ptr, '\n', in->left.len);
    const size_t len = end ? (size_t)(end - in->left.ptr) + 1 : in->left.len;
    if (num < 1 || len >= (size_t)num) {
        (void)fail(in, "longer than a line may be", "line");
        return NULL;
    }
    memcpy(to, in->left.ptr, len);
    to[len] = '\0';
    in->left = span_of(in->left.ptr + len, in->left.len - len);
    return to;
}

static bool parse_number(const char *text, uint64_t *ret)
{
    uint64_t v = 0;
    if (!text[0])
        return false;
    for (; *text; text++) {
        const unsigned digit = (unsigned)(*text - '0');
        if (*text < '0' || *text > '9' || v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *ret = v;
    return true;
}

static bool store_text(const struct ini_key *key, const char *value, void *to)
{
    const struct span text = span_text(value);
    if (text.len >= key->max || !utf8_well_formed(text) || utf8_has_control(text))
        return false;
    memcpy(to, value, text.len + 1);
    return true;
}

static bool store_number(const struct ini_key *key, const char *value, void *to)
{
    uint64_t v;
    if (!parse_number(value, &v) || v < key->min || v > key->max)
        return false;
    if (key->kind == INI_U64) {
        memcpy(to, &v, sizeof v);
        return true;
    }
    assert(key->max <= UINT32_MAX);
    const uint32_t small = (uint32_t)v;
    memcpy(to, &small, sizeof small);
    return true;
}

static bool store_flag(const char *value, void *to)
{
    const bool yes = strcmp(value, "yes") == 0;
    if (!yes && strcmp(value, "no") != 0)
        return false;
    memcpy(to, &yes, sizeof yes);
    return true;
}

static bool store(const struct ini_key *key, const char *value, void *settings)
{
    void *const to = (char *)settings + key->offset;
    switch (key->kind) {
    case INI_TEXT:
        return store_text(key, value, to);
    case INI_U32:
    case INI_U64:
        return store_number(key, value, to);
    case INI_FLAG:
        return store_flag(value, to);
    }
    return false;
}

/* inih's convention: non-zero is success. */
static int take_pair(void *ctx, const char *section, const char *name, const char *value)
{
    struct ini_source *const in = ctx;
    for (size_t i = 0; in->keys[i].name; i++) {
        const struct ini_key *const key = &in->keys[i];
        if (strcmp(key->section, section) != 0 || strcmp(key->name, name) != 0)
            continue;
        if (in->seen >> i & 1)
            return fail(in, "repeats the key", name) == RC_OK;
        in->seen |= UINT64_C(1) << i;
        return store(key, value, in->settings) ||
               fail(in, "no good value for the key", name) == RC_OK;
    }
    return fail(in, "unknown key", name) == RC_OK;
}

static void fill_defaults(const struct ini_key *keys, void *settings)
{
    for (size_t i = 0; keys[i].name; i++) {
        assert(i < INI_KEYS_MAX);
        const bool stored = store(&keys[i], keys[i].default_text, settings);
        assert(stored);
        (void)stored;
    }
}

enum rc ini_read(struct span text, const struct ini_key *keys, void *settings, struct diag *d)
{
    assert(keys && settings);

    fill_defaults(keys, settings);
    if (text.len > INI_FILE_MAX)
        return diag_set(d, RC_LIMIT, INI_FILE_MAX, "the settings are over %u bytes", INI_FILE_MAX);
    if (text.len > 0 && memchr(text.ptr, '\0', text.len))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the settings hold a NUL character");

    struct diag cause = DIAG_INIT;
    struct ini_source in = { .left = text, .keys = keys, .settings = settings, .d = &cause };
    const int line = ini_parse_stream(give_line, &in, take_pair, &in);
    if (line < 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "settings");
    /* inih goes on behind a line that it can't read: the first bad line is the cause. */
    if (line > 0 && (in.failed_line == 0 || (unsigned)line < in.failed_line))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "line %d: not 'key = value'", line);
    if (in.failed_line > 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "%s", cause.text);
    return RC_OK;
}

void ini_put_defaults(struct buf *to, const struct ini_key *keys)
{
    const char *section = "";
    for (size_t i = 0; keys[i].name; i++) {
        const struct ini_key *const key = &keys[i];
        if (strcmp(key->section, section) != 0)
            buf_printf(to, "%s[%s]\n", i ? "\n" : "", key->section);
        else if (i > 0)
            buf_put_text(to, "\n");
        section = key->section;

        buf_printf(to, "# %s\n# %s\n", key->zh, key->en);
        if (key->kind == INI_U32 || key->kind == INI_U64)
            buf_printf(to, "# %" PRIu64 " … %" PRIu64 "\n", key->min, key->max);
        buf_printf(to, "%s = %s\n", key->name, key->default_text);
    }
}
