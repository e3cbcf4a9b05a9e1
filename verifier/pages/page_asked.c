/* The page that tells a holder which employers have looked the certificate up by a list. */
#include "verifier/pages/page_frame.h"

static void put_asker(struct page *p, const struct page_asker *a)
{
    buf_put_text(p->to, "<div>\n<dt>");
    page_put_date(p, a->day);
    buf_put_text(p->to, "</dt>\n<dd>");
    html_put(p->to, a->employer);
    PUT(p, HTML("<br><span class=\"purpose\">"), say(p, WORD_PURPOSE));
    html_put(p->to, a->purpose);
    PUT(p, HTML("</span><br><span class=\"purpose\">"),
        say(p, a->watched ? WORD_ASKED_WATCH : WORD_ASKED_LIST), HTML("</span></dd>\n</div>\n"));
}

void page_asked(struct buf *to, const struct page_view *view, const struct page_asker *askers,
                size_t count, int32_t since, bool more)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_ASKED));
    PUT(&p, HTML("<h1>"), say(&p, WORD_ASKED), HTML("</h1>\n<p>"), say(&p, WORD_ASKED_INTRO),
        HTML("</p>\n<p>"), say(&p, WORD_ASKED_SINCE));
    page_put_date(&p, since);
    buf_put_text(to, view->english ? ".</p>\n" : "。</p>\n");
    if (count == 0)
        PUT(&p, HTML("<p class=\"compare\">"), say(&p, WORD_ASKED_NONE), HTML("</p>\n"));
    else
        buf_put_text(to, "<dl>\n");
    for (size_t i = 0; i < count; i++)
        put_asker(&p, &askers[i]);
    if (count > 0)
        buf_put_text(to, "</dl>\n");
    if (more)
        PUT(&p, HTML("<p>"), say(&p, WORD_ASKED_MORE), HTML("</p>\n"));
    buf_put_text(to, "<p class=\"next\">");
    page_link(&p, "/holder", WORD_HOLDER);
    buf_put_text(to, "</p>\n");
    page_end(&p);
}
