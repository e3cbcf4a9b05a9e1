/* The page that tells a holder which employers have looked the certificate up by a list. */
#include "core/base/dates.h"
#include "verifier/pages/page_frame.h"

static void put_day(struct page *p, int32_t day)
{
    char text[DATE_TEXT_LEN + 1];
    date_format(day, text);
    buf_put_texts(p->to, "<time>", text, "</time>", NULL);
}

static void put_asker(struct page *p, const struct page_asker *a)
{
    buf_put_text(p->to, "<div>\n<dt>");
    put_day(p, a->day);
    buf_put_text(p->to, "</dt>\n<dd>");
    html_put(p->to, a->employer);
    buf_put_texts(p->to, "<br><span class=\"purpose\">", say(p, WORD_PURPOSE), NULL);
    html_put(p->to, a->purpose);
    buf_put_texts(p->to, "</span><br><span class=\"purpose\">",
                  say(p, a->watched ? WORD_ASKED_WATCH : WORD_ASKED_LIST), "</span></dd>\n</div>\n",
                  NULL);
}

void page_asked(struct buf *to, const struct page_view *view, const struct page_asker *askers,
                size_t count, int32_t since, bool more)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_ASKED));
    buf_put_texts(to, "<h1>", say(&p, WORD_ASKED), "</h1>\n<p>", say(&p, WORD_ASKED_INTRO),
                  "</p>\n<p>", say(&p, WORD_ASKED_SINCE), NULL);
    put_day(&p, since);
    buf_put_text(to, view->english ? ".</p>\n" : "。</p>\n");
    if (count == 0)
        buf_put_texts(to, "<p class=\"compare\">", say(&p, WORD_ASKED_NONE), "</p>\n", NULL);
    else
        buf_put_text(to, "<dl>\n");
    for (size_t i = 0; i < count; i++)
        put_asker(&p, &askers[i]);
    if (count > 0)
        buf_put_text(to, "</dl>\n");
    if (more)
        buf_put_texts(to, "<p>", say(&p, WORD_ASKED_MORE), "</p>\n", NULL);
    buf_put_text(to, "<p class=\"next\">");
    page_link(&p, "/holder", WORD_HOLDER);
    buf_put_text(to, "</p>\n");
    page_end(&p);
}
