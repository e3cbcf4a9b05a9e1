/* The pages for holders: what they can fetch, and their live code. */
#include "core/base/dates.h"
#include "verifier/pages/page_frame.h"

static const struct page_field fields[] = {
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
    PUT(p, HTML("<button type=\"submit\" name=\"what\" value=\""), span_text(what), HTML("\">"),
        say(p, text), HTML("</button>\n"));
}

void page_holder(struct buf *to, const struct page_view *view)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_HOLDER));
    PUT(&p, HTML("<h1>"), say(&p, WORD_HOLDER), HTML("</h1>\n<p>"), say(&p, WORD_HOLDER_INTRO),
        HTML("</p>\n"));
    begin_form(&p);
    for (size_t i = 0; i < FIELDS; i++)
        page_put_field(&p, &fields[i]);
    PUT(&p, HTML("<p class=\"help\">"), say(&p, WORD_PICKUP_HELP), HTML("</p>\n"));
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
    PUT(p, HTML("<figure class=\"code\">\n<figcaption>"), say(p, title), HTML("</figcaption>\n"));
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
    PUT(&p, HTML("<h1>"), say(&p, WORD_LIVE), HTML("</h1>\n<p>"), say(&p, WORD_LIVE_INTRO),
        HTML("</p>\n"));
    put_code(&p, WORD_LIVE_CERTIFICATE, code);
    put_code(&p, WORD_LIVE_CODE, live);
    PUT(&p, HTML("<p>"), say(&p, WORD_LIVE_UNTIL), HTML(" <time datetime=\""),
        span_of(until, TIME_TEXT_LEN), HTML("\">"), span_of(until + CLOCK_TEXT_AT, CLOCK_TEXT_LEN),
        HTML("</time></p>\n"));
    PUT(&p, HTML("<p>"), say(&p, WORD_LIVE_RENEWS), HTML("</p>\n<p class=\"next\">"));
    page_link(&p, renewed, WORD_RENEW_LIVE);
    buf_put_text(to, "</p>\n");
    page_end(&p);
}
