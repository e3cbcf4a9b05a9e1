#include <assert.h>
#include <stdio.h>

#include "core/base/dates.h"
#include "core/crypto/hash.h"
#include "verifier/pages/page_frame.h"

#define DEPLOYMENT_SHOWN 8 /* bytes */

void page_style_hash(char ret[PAGE_STYLE_HASH_LEN])
{
    uint8_t digest[SHA256_LEN];
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    sha256(page_style(), digest);
    base64_encode(span_of(digest, sizeof digest), &text);
    (void)snprintf(ret, PAGE_STYLE_HASH_LEN, "'sha256-%s'", buf_cstr(&text));
}

/* "/path?lang=en&large=1", fit for an attribute. */
static void put_address(struct buf *to, const char *path, bool english, bool large)
{
    html_put(to, span_text(path));
    buf_put_text(to, english ? "?lang=en" : "?lang=zh");
    if (large)
        buf_put_text(to, "&amp;large=1");
}

static void put_link(struct page *p, const char *path, bool english, bool large, struct span text,
                     struct span more)
{
    buf_put_text(p->to, "<a href=\"");
    put_address(p->to, path, english, large);
    PUT(p, HTML("\""), more, HTML(">"), text, HTML("</a>"));
}

void page_link(struct page *p, const char *path, enum word text)
{
    put_link(p, path, p->view->english, p->view->large, say(p, text), HTML(""));
}

void page_say_number(struct page *p, enum word w, int64_t n, const char *unit)
{
    const struct span text = say(p, w);
    const uint8_t *const place = memchr(text.ptr, '#', text.len);
    assert(place);
    const size_t before = (size_t)(place - text.ptr);
    buf_put(p->to, text.ptr, before);
    buf_put_int(p->to, n);
    PUT(p, unit[0] ? HTML(" ") : (struct span){ 0 }, span_text(unit),
        span_of(place + 1, text.len - before - 1));
}

void page_put_date(struct page *p, int32_t date)
{
    char text[DATE_TEXT_LEN + 1];
    date_format(date, text);
    PUT(p, HTML("<time>"), span_of(text, DATE_TEXT_LEN), HTML("</time>"));
}

void page_put_time(struct page *p, int64_t unix_s)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(unix_s, text);
    PUT(p, HTML("<time datetime=\""), span_of(text, TIME_TEXT_LEN), HTML("\">"),
        span_of(text, DATE_TEXT_LEN), HTML(" "), span_of(text + CLOCK_TEXT_AT, CLOCK_TEXT_LEN),
        HTML("</time>"));
}

void page_carry(struct page *p)
{
    PUT(p, HTML("<input type=\"hidden\" name=\"lang\" value=\""),
        p->view->english ? HTML("en") : HTML("zh"), HTML("\">"));
    if (p->view->large)
        buf_put_text(p->to, "<input type=\"hidden\" name=\"large\" value=\"1\">");
}

void page_put_label(struct page *p, const char *id, enum word text)
{
    PUT(p, HTML("<label for=\""), span_text(id), HTML("\">"), say(p, text), HTML("</label>\n"));
}

void page_put_field(struct page *p, const struct page_field *f)
{
    page_put_label(p, f->name, f->text);
    PUT(p, HTML("<input id=\""), span_text(f->name), HTML("\" name=\""), span_text(f->name),
        HTML("\" type=\"text\" maxlength=\""));
    buf_put_int(p->to, f->max);
    buf_put_text(p->to, "\" required autocomplete=\"off\" spellcheck=\"false\">\n");
}

static void put_switches(struct page *p)
{
    const struct page_view *const v = p->view;
    PUT(p, HTML("<nav aria-label=\""), say(p, WORD_VIEW), HTML("\">"));
    put_link(p, v->here, !v->english, v->large, say(p, WORD_OTHER_LANGUAGE),
             v->english ? HTML(" lang=\"zh-CN\" hreflang=\"zh-CN\"")
                        : HTML(" lang=\"en\" hreflang=\"en\""));
    put_link(p, v->here, v->english, !v->large, say(p, v->large ? WORD_NORMAL : WORD_LARGE),
             HTML(""));
    buf_put_text(p->to, "</nav>\n");
}

void page_begin(struct page *p, struct span title)
{
    struct buf *const to = p->to;
    PUT(p, HTML("<!DOCTYPE html>\n<html lang=\""), p->view->english ? HTML("en") : HTML("zh-CN"),
        HTML("\""), p->view->large ? HTML(" class=\"large\"") : HTML(""),
        HTML(">\n<head>\n<meta charset=\"utf-8\">\n"));
    buf_put_text(to, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"robots\" content=\"noindex\">\n"
                     "<meta name=\"color-scheme\" content=\"light\">\n"
                     "<link rel=\"icon\" href=\"data:,\">\n<title>");
    html_put(to, title);
    buf_put_text(to, "</title>\n<style>");
    buf_put_span(to, page_style());
    PUT(p, HTML("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">"), say(p, WORD_SKIP),
        HTML("</a>\n<header>\n"));
    PUT(p, HTML("<p class=\"site\">"), say(p, WORD_SITE), HTML("</p>\n"));
    if (p->view->here)
        put_switches(p);
    if (p->view->demo)
        PUT(p, HTML("<p class=\"demo\">"), say(p, WORD_DEMO), HTML("</p>\n"));
    buf_put_text(to, "</header>\n<main id=\"main\">\n");
}

void page_end(struct page *p)
{
    struct buf *const to = p->to;
    buf_put_text(to, "</main>\n<footer>\n");
    if (p->view->host) {
        PUT(p, HTML("<p>"), say(p, WORD_HOST), HTML(" <b translate=\"no\">"));
        html_put(to, span_text(p->view->host));
        PUT(p, HTML("</b>"), p->view->english ? HTML(". ") : HTML("。"), say(p, WORD_HOST_ADVICE),
            HTML("</p>\n"));
    }
    if (p->view->deployment) {
        char hex[2 * DEPLOYMENT_SHOWN + 1];
        hex_encode(p->view->deployment, DEPLOYMENT_SHOWN, hex);
        PUT(p, HTML("<p>"), say(p, WORD_DEPLOYMENT), HTML(" <span translate=\"no\">"),
            span_text(hex), HTML("…</span></p>\n"));
    }
    buf_put_text(to, "</footer>\n</body>\n</html>\n");
}

void page_problem(struct buf *to, const struct page_view *view, const char *title)
{
    struct page p = { to, view };
    page_begin(&p, span_text(title));
    PUT(&p, HTML("<section class=\"verdict doubt\">\n<h1>"), say(&p, WORD_PROBLEM),
        HTML("</h1>\n<p class=\"said\">"));
    html_put(to, span_text(title));
    buf_put_text(to, "</p>\n</section>\n<p class=\"next\">");
    page_link(&p, "/", WORD_HOME);
    if (view->has_holder)
        page_link(&p, "/holder", WORD_HOLDER);
    buf_put_text(to, "</p>\n");
    page_end(&p);
}
