/* What all pages have around them; for this folder alone. */
#pragma once

#include "core/text/html.h"
#include "verifier/pages/page.h"
#include "verifier/pages/page_words.h"

struct page {
    struct buf *to;
    const struct page_view *view;
};

#define HTML(text) SPAN_LITERAL(text)
/* Puts spans, one behind the other. */
#define PUT(page, ...)                                                                             \
    buf_put_spans((page)->to, (const struct span[]){ __VA_ARGS__ },                                \
                  sizeof((const struct span[]){ __VA_ARGS__ }) / sizeof(struct span))

static inline struct span say(const struct page *p, enum word w)
{
    return word(w, p->view->english);
}

/* The word with n, and its unit behind it ("": none), in place of its '#'. */
void page_say_number(struct page *p, enum word w, int64_t n, const char *unit);
/* As they are read here, marked for machines. */
void page_put_date(struct page *p, int32_t date);
void page_put_time(struct page *p, int64_t unix_s);
/* Up to and with <main>; title: text. */
void page_begin(struct page *p, struct span title);
void page_end(struct page *p);
/* A link of ours: path with the view's language and print. */
void page_link(struct page *p, const char *path, enum word text);
/* What stands before the field of that id. */
void page_put_label(struct page *p, const char *id, enum word text);
/* A line of text to be filled in, and its label. */
struct page_field {
    const char *name;
    enum word text;
    unsigned max; /* characters */
};
void page_put_field(struct page *p, const struct page_field *f);
/* Hidden fields that carry language and print through a form. */
void page_carry(struct page *p);
