#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/base/utf8.h"
#include "layouts/layout_keys.h"
#include "layouts/pdf_write.h"

#define PATH_MAX_LEN 160

enum rc layout_complain(const struct layout_source *source, const char *path, struct diag *d,
                        const char *fmt, ...)
{
    char why[160];
    va_list args;
    va_start(args, fmt);
    vsnprintf(why, sizeof why, fmt, args);
    va_end(args);

    const unsigned line = layout_line(source->text, path);
    if (path[0] == '\0')
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "line %u: %s", line, why);
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "line %u: \"%s\": %s", line, path, why);
}

static bool hex_digits(const char *text, size_t count, int32_t *ret)
{
    int32_t v = 0;
    for (size_t i = 0; i < count; i++) {
        const char *const digits = "0123456789abcdef";
        const char *found = text[i] ? strchr(digits, text[i]) : NULL;
        if (!found)
            return false;
        v = v * 16 + (int32_t)(found - digits);
    }
    *ret = v;
    return text[count] == '\0';
}

static enum rc read_colour(const struct layout_source *source, const char *path,
                           const json_t *value, int32_t *ret, struct diag *d)
{
    const char *text = json_string_value(value);
    const char *named = text ? json_string_value(json_object_get(source->colours, text)) : NULL;
    if (named)
        text = named;
    if (!text || text[0] != '#' || !hex_digits(text + 1, 6, ret))
        return layout_complain(source, path, d,
                               "must be \"#rrggbb\" or a name that \"colours\" has");
    return RC_OK;
}

static enum rc read_number(const struct layout_source *source, const char *path,
                           const struct layout_key *key, const json_t *value, int32_t *ret,
                           struct diag *d)
{
    const double v = json_number_value(value);
    const bool whole = key->type != LAYOUT_INT || json_is_integer(value);
    if (!json_is_number(value) || !whole || v < key->min || v > key->max)
        return layout_complain(source, path, d, "must be a%snumber from %g to %g",
                               key->type == LAYOUT_INT ? " whole " : " ", key->min, key->max);

    const double scale = key->type == LAYOUT_MM ? MPT_PER_MM : key->type == LAYOUT_INT ? 1 : 1000;
    *ret = (int32_t)lround(v * scale);
    return RC_OK;
}

static enum rc read_string(const struct layout_source *source, const char *path,
                           const struct layout_key *key, const json_t *value, const char **ret,
                           struct diag *d)
{
    const struct span text = span_of(json_string_value(value), json_string_length(value));
    if (!json_is_string(value) || (double)text.len < key->min || (double)text.len > key->max)
        return layout_complain(source, path, d, "must be a text of %g to %g bytes", key->min,
                               key->max);
    if (utf8_has_control(text))
        return layout_complain(source, path, d, "must not hold control characters");
    *ret = (const char *)text.ptr;
    return RC_OK;
}

/* Both go into the PDF without escapes. */
static enum rc read_plain(const struct layout_source *source, const char *path, bool lang,
                          const json_t *value, const char **ret, struct diag *d)
{
    const char *const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    const char *text = json_string_value(value);
    const size_t len = text ? strlen(text) : 0;
    char set[80];
    snprintf(set, sizeof set, "%s%s", letters, lang ? "-ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "._");
    if (len < 1 || len > LAYOUT_FIELD_MAX || strspn(text, set) != len)
        return layout_complain(source, path, d, "must be 1 to %d characters %s", LAYOUT_FIELD_MAX,
                               lang ? "A-Z a-z 0-9 -" : "a-z 0-9 . _");
    *ret = text;
    return RC_OK;
}

/* The place of a word in "a|b|c"; -1: not there. */
static int word_place(const char *words, const char *word)
{
    const size_t len = strlen(word);
    for (int place = 0; *words; place++) {
        const size_t n = strcspn(words, "|");
        if (n == len && memcmp(words, word, n) == 0)
            return place;
        words += n + (words[n] == '|');
    }
    return -1;
}

static enum rc read_word(const struct layout_source *source, const char *path,
                         const struct layout_key *key, const json_t *value, int32_t *ret,
                         struct diag *d)
{
    const char *text = json_string_value(value);
    const int place = text ? word_place(key->choice, text) : -1;
    if (place < 0)
        return layout_complain(source, path, d, "must be one of %s", key->choice);
    *ret = place;
    return RC_OK;
}

static enum rc read_style(const struct layout_source *source, const char *path, const json_t *value,
                          struct layout_style *ret, struct diag *d)
{
    const char *name = json_string_value(value);
    json_t *style = name ? json_object_get(source->styles, name) : NULL;
    if (!style)
        return layout_complain(source, path, d, "must name a style that \"styles\" has");

    char at[PATH_MAX_LEN];
    snprintf(at, sizeof at, "styles.%s", name);
    *ret = (struct layout_style){ .leading = 1250, .lines = 1 };
    const struct layout_object object = { .path = at, .json = style, .kind = 1 };
    const enum rc rc = layout_read_keys(source, &object, layout_style_keys, ret, d);
    if (rc == RC_OK && ret->min_size > ret->size)
        return layout_complain(source, at, d, "\"min_size\" is above \"size\"");
    if (rc == RC_OK && ret->min_size == 0)
        ret->min_size = ret->size;
    return rc;
}

static enum rc read_value(const struct layout_source *source, const char *path,
                          const struct layout_key *key, const json_t *value, void *at,
                          struct diag *d)
{
    switch (key->type) {
    case LAYOUT_MM:
    case LAYOUT_PT:
    case LAYOUT_RATIO:
    case LAYOUT_INT:
        return read_number(source, path, key, value, at, d);
    case LAYOUT_COLOUR_:
        return read_colour(source, path, value, at, d);
    case LAYOUT_WORDS:
        return read_word(source, path, key, value, at, d);
    case LAYOUT_STRING:
        return read_string(source, path, key, value, at, d);
    case LAYOUT_LANG:
        return read_plain(source, path, true, value, at, d);
    case LAYOUT_NAME:
        return read_plain(source, path, false, value, at, d);
    case LAYOUT_WHEN: {
        int32_t place;
        const enum rc rc = read_word(source, path, key, value, &place, d);
        *(bool *)at = rc == RC_OK;
        return rc;
    }
    case LAYOUT_STYLE_:
        return read_style(source, path, value, at, d);
    }
    return RC_FORMAT;
}

static const struct layout_key *find_key(const struct layout_key *keys, const char *name,
                                         unsigned bit)
{
    for (; keys->name; keys++) {
        if ((keys->kinds & bit) && strcmp(keys->name, name) == 0)
            return keys;
    }
    return NULL;
}

static enum rc refuse_missing(const struct layout_source *source,
                              const struct layout_object *object, const struct layout_key *keys,
                              struct diag *d)
{
    for (; keys->name; keys++) {
        if ((keys->needed & object->kind) && !json_object_get(object->json, keys->name))
            return layout_complain(source, object->path, d, "\"%s\" is missing", keys->name);
    }
    return RC_OK;
}

static enum rc read_key(const struct layout_source *source, const struct layout_object *object,
                        const struct layout_key *keys, const char *name, void *at, struct diag *d)
{
    char path[PATH_MAX_LEN];
    snprintf(path, sizeof path, "%s%s%.60s", object->path, object->path[0] ? "." : "", name);
    const struct layout_key *key = find_key(keys, name, object->kind);
    if (!key)
        return layout_complain(source, path, d, "no such key here");
    return read_value(source, path, key, json_object_get(object->json, name),
                      (char *)at + key->offset, d);
}

enum rc layout_read_keys(const struct layout_source *source, const struct layout_object *object,
                         const struct layout_key *keys, void *at, struct diag *d)
{
    if (!json_is_object(object->json))
        return layout_complain(source, object->path, d, "must be an object");

    for (void *i = json_object_iter(object->json); i; i = json_object_iter_next(object->json, i)) {
        const char *name = json_object_iter_key(i);
        if (object->others && word_place(object->others, name) >= 0)
            continue;
        const enum rc rc = read_key(source, object, keys, name, at, d);
        if (rc != RC_OK)
            return rc;
    }
    return refuse_missing(source, object, keys, d);
}

enum rc layout_try_palette(const struct layout_source *source, struct diag *d)
{
    if (!json_is_object(source->colours))
        return layout_complain(source, "colours", d, "must be an object");
    if (!json_is_object(source->styles))
        return layout_complain(source, "styles", d, "must be an object");

    char path[PATH_MAX_LEN];
    enum rc rc = RC_OK;
    const char *name;
    json_t *value;
    json_object_foreach(source->colours, name, value)
    {
        int32_t colour;
        snprintf(path, sizeof path, "colours.%.60s", name);
        rc = rc == RC_OK ? read_colour(source, path, value, &colour, d) : rc;
    }
    json_object_foreach(source->styles, name, value)
    {
        struct layout_style style;
        ON_EXIT(json_decref_at) json_t *key = json_string(name);
        snprintf(path, sizeof path, "styles.%.60s", name);
        rc = rc == RC_OK ? read_style(source, path, key, &style, d) : rc;
    }
    return rc;
}
