#include <stdio.h>

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

static void put_link(struct page *p, const char *path, bool english, bool large, const char *text,
                     const char *more)
{
    buf_put_text(p->to, "<a href=\"");
    put_address(p->to, path, english, large);
    buf_put_texts(p->to, "\"", more, ">", text, "</a>", NULL);
}

void page_link(struct page *p, const char *path, enum word text)
{
    put_link(p, path, p->view->english, p->view->large, say(p, text), "");
}

void page_carry(struct page *p)
{
    buf_put_texts(p->to, "<input type=\"hidden\" name=\"lang\" value=\"",
                  p->view->english ? "en" : "zh", "\">", NULL);
    if (p->view->large)
        buf_put_text(p->to, "<input type=\"hidden\" name=\"large\" value=\"1\">");
}

static void put_switches(struct page *p)
{
    const struct page_view *const v = p->view;
    buf_put_texts(p->to, "<nav aria-label=\"", say(p, WORD_VIEW), "\">", NULL);
    put_link(p, v->here, !v->english, v->large, say(p, WORD_OTHER_LANGUAGE),
             v->english ? " lang=\"zh-CN\" hreflang=\"zh-CN\"" : " lang=\"en\" hreflang=\"en\"");
    put_link(p, v->here, v->english, !v->large, say(p, v->large ? WORD_NORMAL : WORD_LARGE), "");
    buf_put_text(p->to, "</nav>\n");
}

void page_begin(struct page *p, const char *title)
{
    struct buf *const to = p->to;
    buf_put_texts(to, "<!DOCTYPE html>\n<html lang=\"", p->view->english ? "en" : "zh-CN", "\"",
                  p->view->large ? " class=\"large\"" : "", ">\n<head>\n<meta charset=\"utf-8\">\n",
                  NULL);
    buf_put_text(to, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"robots\" content=\"noindex\">\n"
                     "<meta name=\"color-scheme\" content=\"light\">\n"
                     "<link rel=\"icon\" href=\"data:,\">\n<title>");
    html_put(to, span_text(title));
    buf_put_text(to, "</title>\n<style>");
    buf_put_span(to, page_style());
    buf_put_texts(to, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">",
                  say(p, WORD_SKIP), "</a>\n<header>\n", NULL);
    buf_put_texts(to, "<p class=\"site\">", say(p, WORD_SITE), "</p>\n", NULL);
    if (p->view->here)
        put_switches(p);
    if (p->view->demo)
        buf_put_texts(to, "<p class=\"demo\">", say(p, WORD_DEMO), "</p>\n", NULL);
    buf_put_text(to, "</header>\n<main id=\"main\">\n");
}

void page_end(struct page *p)
{
    struct buf *const to = p->to;
    buf_put_text(to, "</main>\n<footer>\n");
    if (p->view->host) {
        buf_put_texts(to, "<p>", say(p, WORD_HOST), " <b translate=\"no\">", NULL);
        html_put(to, span_text(p->view->host));
        buf_put_texts(to, "</b>", p->view->english ? ". " : "。", say(p, WORD_HOST_ADVICE),
                      "</p>\n", NULL);
    }
    if (p->view->deployment) {
        char hex[2 * DEPLOYMENT_SHOWN + 1];
        hex_encode(p->view->deployment, DEPLOYMENT_SHOWN, hex);
        buf_put_texts(to, "<p>", say(p, WORD_DEPLOYMENT), " <span translate=\"no\">", hex,
                      "…</span></p>\n", NULL);
    }
    buf_put_text(to, "</footer>\n</body>\n</html>\n");
}

void page_problem(struct buf *to, const struct page_view *view, const char *title)
{
    struct page p = { to, view };
    page_begin(&p, title);
    buf_put_texts(to, "<section class=\"verdict doubt\">\n<h1>", say(&p, WORD_PROBLEM),
                  "</h1>\n<p class=\"said\">", NULL);
    html_put(to, span_text(title));
    buf_put_text(to, "</p>\n</section>\n<p class=\"next\">");
    page_link(&p, "/", WORD_HOME);
    if (view->has_holder)
        page_link(&p, "/holder", WORD_HOLDER);
    buf_put_text(to, "</p>\n");
    page_end(&p);
}
