#include "layouts/layout.h"

/* jansson keeps no places, so the text is walked again, once, when there is something to complain
 * about. It has been read as JSON before: only strings and brackets need telling apart. */
struct walk {
    struct span text;
    size_t at;
};

static uint8_t here(const struct walk *w)
{
    return w->at < w->text.len ? w->text.ptr[w->at] : '\0';
}

static void skip_blanks(struct walk *w)
{
    while (here(w) == ' ' || here(w) == '\n' || here(w) == '\t' || here(w) == '\r')
        w->at++;
}

static void skip_string(struct walk *w)
{
    for (w->at++; here(w) != '"' && w->at < w->text.len; w->at++) {
        if (here(w) == '\\')
            w->at++;
    }
    w->at++;
}

static void skip_value(struct walk *w)
{
    size_t depth = 0;
    do {
        const uint8_t c = here(w);
        if (c == '"') {
            skip_string(w);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        if (c == '}' || c == ']') {
            if (depth == 0)
                return;
            depth--;
        }
        if (c == ',' && depth == 0)
            return;
        w->at++;
    } while (w->at < w->text.len);
}

/* To the value of the n-th element. False: there is none. */
static bool enter_element(struct walk *w, size_t n)
{
    if (here(w) != '[')
        return false;
    w->at++;
    for (; n > 0; n--) {
        skip_value(w);
        if (here(w) != ',')
            return false;
        w->at++;
    }
    skip_blanks(w);
    return here(w) != ']';
}

/* To the value of a key; *ret_key is where the key stands. */
static bool enter_key(struct walk *w, struct span key, size_t *ret_key)
{
    if (here(w) != '{')
        return false;
    w->at++;
    for (skip_blanks(w); here(w) == '"'; skip_blanks(w)) {
        const size_t from = w->at;
        skip_string(w);
        const struct span found = span_of(w->text.ptr + from + 1, w->at - from - 2);
        skip_blanks(w);
        w->at++; /* the colon */
        skip_blanks(w);
        if (span_equal(found, key)) {
            *ret_key = from;
            return true;
        }
        skip_value(w);
        if (here(w) != ',')
            return false;
        w->at++;
    }
    return false;
}

/* One step of the path, "[3]" or "width" or ".width"; moves *path. */
static bool step(struct walk *w, const char **path, size_t *place)
{
    if (**path == '[') {
        size_t n = 0;
        for ((*path)++; **path >= '0' && **path <= '9'; (*path)++)
            n = n * 10 + (size_t)(**path - '0');
        *path += **path == ']';
        const bool found = enter_element(w, n);
        *place = found ? w->at : *place;
        return found;
    }
    *path += **path == '.';
    const size_t len = strcspn(*path, ".[");
    const struct span key = span_of(*path, len);
    *path += len;
    return enter_key(w, key, place);
}

unsigned layout_line(struct span text, const char *path)
{
    struct walk w = { text, 0 };
    size_t place = 0;
    skip_blanks(&w);
    while (*path && step(&w, &path, &place))
        ;

    unsigned line = 1;
    for (size_t i = 0; i < place && i < text.len; i++)
        line += text.ptr[i] == '\n';
    return line;
}
