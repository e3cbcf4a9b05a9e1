#include "verifier/pages/page_frame.h"

static const char *class_of(enum verdict_tone tone)
{
    switch (tone) {
    case TONE_GOOD:
        return "good";
    case TONE_BAD:
        return "bad";
    case TONE_DOUBT:
        break;
    }
    return "doubt";
}

/* Colour, symbol and word; the word in both languages, the reader's own first. */
static void put_headline(struct page *p, const struct verdict *v)
{
    const struct verdict_headline h = verdict_headline(v);
    const bool en = p->view->english;
    PUT(p, HTML("<section class=\"verdict "), span_text(class_of(h.tone)),
        HTML("\" aria-labelledby=\"verdict\">\n<h1 id=\"verdict\"><span class=\"symbol\" "
             "aria-hidden=\"true\">"),
        span_text(h.symbol), HTML("</span> <span class=\"unseen\">"), say(p, WORD_RESULT),
        en ? HTML(": ") : HTML("："), HTML("</span>"), span_text(en ? h.en : h.zh),
        HTML("</h1>\n"));
    PUT(p, HTML("<p class=\"also\" lang=\""), en ? HTML("zh-CN") : HTML("en"), HTML("\">"),
        span_text(en ? h.zh : h.en), HTML("</p>\n</section>\n"));
}

/* --- the facts --- */

static void begin_fact(struct page *p, enum word label)
{
    PUT(p, HTML("<div><dt>"), say(p, label), HTML("</dt><dd>"));
}

static void end_fact(struct page *p)
{
    buf_put_text(p->to, "</dd></div>\n");
}

static void put_fact(struct page *p, enum word label, struct span value)
{
    if (value.len == 0)
        return;
    begin_fact(p, label);
    html_put(p->to, value);
    end_fact(p);
}

/* What is Chinese whatever the page's language. */
static void put_chinese(struct page *p, enum word label, struct span value)
{
    if (value.len == 0)
        return;
    begin_fact(p, label);
    buf_put_text(p->to, p->view->english ? "<span lang=\"zh-CN\">" : "<span>");
    html_put(p->to, value);
    buf_put_text(p->to, "</span>");
    end_fact(p);
}

static void put_holder(struct page *p, const struct verdict *v)
{
    put_chinese(p, WORD_NAME, v->token.name);
    put_fact(p, WORD_DOCUMENT, v->token.id_tail);
    put_chinese(p, WORD_POST, v->post_name);
}

static void put_version(struct page *p, const struct verdict *v)
{
    begin_fact(p, WORD_VERSION);
    buf_put_int(p->to, v->token.version);
    if (v->replaced)
        page_say_number(p, WORD_REPLACED, v->current_version, "");
    end_fact(p);
}

static void put_dates(struct page *p, const struct verdict *v)
{
    begin_fact(p, WORD_DEADLINE);
    page_put_date(p, v->deadline);
    if (verdict_runs(v) && v->days_left >= 0)
        page_say_number(p, WORD_DAYS_LEFT, v->days_left, "");
    else if (verdict_runs(v))
        page_say_number(p, WORD_DAYS_PAST, -(int64_t)v->days_left, "");
    end_fact(p);
    begin_fact(p, WORD_ISSUED);
    page_put_date(p, v->token.issued);
    end_fact(p);
    if (!v->copy.dated)
        return;
    begin_fact(p, WORD_COPY);
    page_put_date(p, v->copy.valid_until);
    if (v->copy.expired)
        buf_put_span(p->to, say(p, WORD_COPY_PAST));
    end_fact(p);
}

static void put_facts(struct page *p, const struct verdict *v)
{
    PUT(p, HTML("<p class=\"compare\">"), say(p, WORD_COMPARE),
        HTML("</p>\n<section aria-labelledby=\"facts\">\n<h2 id=\"facts\">"), say(p, WORD_FACTS),
        HTML("</h2>\n<dl>\n"));
    put_holder(p, v);
    put_dates(p, v);
    put_chinese(p, WORD_AUTHORITY, v->unit_name);
    put_chinese(p, WORD_PROVIDER, v->provider_name);
    put_fact(p, WORD_NUMBER, v->token.number);
    put_version(p, v);
    buf_put_text(p->to, "</dl>\n</section>\n");
}

/* --- what is to be minded, and how old it is --- */

static void put_problems(struct page *p, const struct verdict *v)
{
    if (v->problem_count == 0)
        return;
    PUT(p, HTML("<section aria-labelledby=\"notes\">\n<h2 id=\"notes\">"), say(p, WORD_NOTES),
        HTML("</h2>\n<ul>\n"));
    for (size_t i = 0; i < v->problem_count; i++)
        PUT(p, HTML("<li>"), span_text(problem_text(v->problems[i], !p->view->english)),
            HTML("</li>\n"));
    buf_put_text(p->to, "</ul>\n</section>\n");
}

static void put_source(struct page *p, const struct verdict *v)
{
    PUT(p, HTML("<section aria-labelledby=\"source\">\n<h2 id=\"source\">"), say(p, WORD_SOURCE),
        HTML("</h2>\n<dl>\n"));
    if (v->as_of != 0) {
        const struct verdict_age age = verdict_age(v);
        begin_fact(p, WORD_AS_OF);
        page_put_time(p, v->as_of);
        page_say_number(p, WORD_AGO, age.count, p->view->english ? age.en : age.zh);
        end_fact(p);
    }
    begin_fact(p, WORD_CHECKED);
    page_put_time(p, v->now);
    end_fact(p);
    buf_put_text(p->to, "</dl>\n</section>\n");
}

/* The title is what a tab, a bookmark and a screen reader say first. */
static void begin(struct page *p, const struct verdict *v)
{
    const struct verdict_headline h = verdict_headline(v);
    ON_EXIT(buf_free_at) struct buf title = { 0 };
    buf_put_text(&title, p->view->english ? h.en : h.zh);
    if (v->authentic == AUTH_TRUE) {
        buf_put_text(&title, " · ");
        buf_put_span(&title, v->token.name);
    }
    page_begin(p, buf_span(&title));
}

void page_verdict(struct buf *to, const struct page_view *view, const struct verdict *v)
{
    struct page p = { to, view };
    begin(&p, v);
    put_headline(&p, v);
    if (v->authentic == AUTH_TRUE)
        put_facts(&p, v);
    else
        PUT(&p, HTML("<p class=\"compare\">"), say(&p, WORD_NOT_SHOWN), HTML("</p>\n"));
    put_problems(&p, v);
    put_source(&p, v);
    buf_put_text(to, "<p class=\"next\">");
    page_link(&p, "/", WORD_HOME);
    buf_put_text(to, "</p>\n");
    page_end(&p);
}
