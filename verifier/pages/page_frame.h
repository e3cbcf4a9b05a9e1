/* What all pages have around them; for this folder alone. */
#pragma once

#include "core/text/html.h"
#include "verifier/pages/page.h"
#include "verifier/pages/page_words.h"

struct page {
    struct buf *to;
    const struct page_view *view;
};

static inline const char *say(const struct page *p, enum word w)
{
    return word(w, p->view->english);
}

/* Up to and with <main>; title: text. */
void page_begin(struct page *p, const char *title);
void page_end(struct page *p);
/* A link of ours: path with the view's language and print. */
void page_link(struct page *p, const char *path, enum word text);
/* Hidden fields that carry language and print through a form. */
void page_carry(struct page *p);
