/* The pages for holders: what they can fetch, and their live code. */
#include "core/base/dates.h"
#include "verifier/pages/page_frame.h"

static const struct field {
    const char *name;
    enum word text;
    unsigned max; /* characters */
} fields[] = {
    { "number", WORD_NUMBER, 40 },
    { "name", WORD_NAME, 100 },
    { "id_number", WORD_ID_NUMBER, 30 },
    { "pickup", WORD_PICKUP, 20 },
};
#define FIELDS (sizeof fields / sizeof fields[0])

static void begin_form(struct page *p)
{
    buf_put_text(p->to, "<form method=\"post\" action=\"/holder\" "
                        "enctype=\"application/x-www-form-urlencoded\">\n");
    page_carry(p);
}

static void put_button(struct page *p, const char *what, enum word text)
{
    buf_put_texts(p->to, "<button type=\"submit\" name=\"what\" value=\"", what, "\">",
                  say(p, text), "</button>\n", NULL);
}

void page_holder(struct buf *to, const struct page_view *view)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_HOLDER));
    buf_put_texts(to, "<h1>", say(&p, WORD_HOLDER), "</h1>\n<p>", say(&p, WORD_HOLDER_INTRO),
                  "</p>\n", NULL);
    begin_form(&p);
    for (size_t i = 0; i < FIELDS; i++)
        buf_printf(to,
                   "<label for=\"%s\">%s</label>\n<input id=\"%s\" name=\"%s\" type=\"text\" "
                   "maxlength=\"%u\" required autocomplete=\"off\" spellcheck=\"false\">\n",
                   fields[i].name, say(&p, fields[i].text), fields[i].name, fields[i].name,
                   fields[i].max);
    buf_put_texts(to, "<p class=\"help\">", say(&p, WORD_PICKUP_HELP), "</p>\n", NULL);
    put_button(&p, "pdf", WORD_FETCH_PDF);
    put_button(&p, "calendar", WORD_FETCH_CALENDAR);
    put_button(&p, "live", WORD_SHOW_LIVE);
    put_button(&p, "asked", WORD_ASKED);
    buf_put_text(to, "</form>\n");
    page_end(&p);
}

/* --- the live code --- */

/* Both codes are drawn by us: SVG, which needs no escaping. */
static void put_code(struct page *p, enum word title, struct span svg)
{
    buf_put_texts(p->to, "<figure class=\"code\">\n<figcaption>", say(p, title), "</figcaption>\n",
                  NULL);
    buf_put_span(p->to, svg);
    buf_put_text(p->to, "</figure>\n");
}

void page_live(struct buf *to, const struct page_view *view, struct span code, struct span live,
               int64_t good_until, const char *renewed)
{
    struct page p = { to, view };
    char until[TIME_TEXT_LEN + 1];
    time_format(good_until, until);
    page_begin(&p, say(&p, WORD_LIVE));
    buf_put_texts(to, "<h1>", say(&p, WORD_LIVE), "</h1>\n<p>", say(&p, WORD_LIVE_INTRO), "</p>\n",
                  NULL);
    put_code(&p, WORD_LIVE_CERTIFICATE, code);
    put_code(&p, WORD_LIVE_CODE, live);
    buf_printf(to, "<p>%s <time datetime=\"%s\">%.8s</time></p>\n", say(&p, WORD_LIVE_UNTIL), until,
               until + 11);
    buf_put_texts(to, "<p>", say(&p, WORD_LIVE_RENEWS), "</p>\n<p class=\"next\">", NULL);
    page_link(&p, renewed, WORD_RENEW_LIVE);
    buf_put_text(to, "</p>\n");
    page_end(&p);
}
