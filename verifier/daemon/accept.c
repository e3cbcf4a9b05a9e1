#include "verifier/daemon/accept.h"

#include <strings.h>

#include "core/http/fields.h"

/* Cuts the next piece at a separator off; the piece is trimmed. */
static struct span next_piece(struct span *left, char separator)
{
    const uint8_t *const end = left->len > 0 ? memchr(left->ptr, separator, left->len) : NULL;
    const size_t len = end ? (size_t)(end - left->ptr) : left->len;
    const struct span piece = span_of(left->ptr, len);
    *left = end ? span_of(end + 1, left->len - len - 1) : (struct span){ 0 };
    return field_trim(piece);
}

static bool is_word(struct span piece, const char *word)
{
    return piece.len == strlen(word) && strncasecmp((const char *)piece.ptr, word, piece.len) == 0;
}

/* "q=0.25" in thousandths; what is no such number counts as 0. */
static int weight_of(struct span parameters)
{
    while (parameters.len > 0) {
        const struct span p = next_piece(&parameters, ';');
        if (p.len < 3 || (p.ptr[0] != 'q' && p.ptr[0] != 'Q') || p.ptr[1] != '=')
            continue;
        int weight = p.ptr[2] == '1' ? 1000 : 0;
        if (p.len > 3 && p.ptr[3] != '.')
            return 0;
        for (size_t i = 4, unit = 100; i < p.len && unit > 0; i++, unit /= 10) {
            if (p.ptr[i] < '0' || p.ptr[i] > '9')
                return 0;
            weight += (p.ptr[i] - '0') * (int)unit;
        }
        return weight;
    }
    return 1000;
}

/* Of the names in a list: the weight of `exact`, else of `wild` (may be NULL), else -1. */
static int weight_in(struct span list, const char *exact, const char *wild)
{
    int by_wild = -1;
    while (list.len > 0) {
        struct span piece = next_piece(&list, ',');
        const struct span name = next_piece(&piece, ';');
        if (is_word(name, exact))
            return weight_of(piece);
        if (wild && is_word(name, wild))
            by_wild = weight_of(piece);
    }
    return by_wild;
}

bool accept_prefers_json(struct span accept)
{
    return weight_in(accept, "application/json", NULL) > 0 &&
           weight_in(accept, "application/json", NULL) > weight_in(accept, "text/html", "text/*");
}

bool accept_prefers_html(struct span accept)
{
    const int html = weight_in(accept, "text/html", NULL);
    return html > 0 && html >= weight_in(accept, "application/json", NULL);
}

bool accept_prefers_csv(struct span accept, bool sent_csv)
{
    const int csv = weight_in(accept, "text/csv", "text/*");
    const int json = weight_in(accept, "application/json", NULL);
    return csv < 0 && json < 0 ? sent_csv : csv > 0 && csv > json;
}

bool accept_takes_gzip(struct span accept_encoding)
{
    return weight_in(accept_encoding, "gzip", "*") > 0;
}
