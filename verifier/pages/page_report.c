#include "verifier/pages/page_report.h"

#include "core/base/dates.h"
#include "verifier/pages/page_frame.h"

#define KINDS_MAX 16u /* of verdicts */

/* --- the form --- */

void page_list(struct buf *to, const struct page_view *view)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_LIST_FORM));
    PUT(&p, HTML("<h1>"), say(&p, WORD_LIST_FORM), HTML("</h1>\n<p>"), say(&p, WORD_LIST_INTRO),
        HTML("</p>\n<form method=\"post\" action=\"/list\" "
             "enctype=\"multipart/form-data\">\n"));
    page_carry(&p);
    PUT(&p, HTML("<label for=\"key\">"), say(&p, WORD_LIST_KEY),
        HTML("</label>\n<input id=\"key\" name=\"key\" type=\"password\" maxlength=\"64\" "
             "required autocomplete=\"off\" spellcheck=\"false\">\n<label for=\"file\">"),
        say(&p, WORD_LIST_FILE),
        HTML("</label>\n<input id=\"file\" name=\"file\" type=\"file\" required "
             "accept=\".csv,text/csv\" aria-describedby=\"file-help\">\n"
             "<p id=\"file-help\" class=\"help\">"),
        say(&p, WORD_LIST_HELP), HTML("</p>\n<button type=\"submit\">"), say(&p, WORD_CHECK),
        HTML("</button>\n</form>\n"));
    page_end(&p);
}

/* --- what a row is called --- */

static struct verdict_headline headline_of(const struct page_row *row)
{
    const struct verdict v = { .authentic = row->authentic, .state = row->state };
    return verdict_headline(&v);
}

struct kind {
    struct verdict_headline called;
    size_t count;
};

static void count_row(struct kind *kinds, size_t *count, const struct page_row *row)
{
    const struct verdict_headline h = headline_of(row);
    for (size_t i = 0; i < *count; i++)
        if (kinds[i].called.en == h.en) {
            kinds[i].count++;
            return;
        }
    if (*count < KINDS_MAX)
        kinds[(*count)++] = (struct kind){ h, 1 };
}

/* --- the report --- */

static void put_text(struct page *p, enum word label, struct span value)
{
    PUT(p, HTML("<div><dt>"), say(p, label), HTML("</dt><dd>"));
    html_put(p->to, value);
    buf_put_text(p->to, "</dd></div>\n");
}

static void put_time(struct page *p, enum word label, int64_t unix_s)
{
    PUT(p, HTML("<div><dt>"), say(p, label), HTML("</dt><dd>"));
    page_put_time(p, unix_s);
    buf_put_text(p->to, "</dd></div>\n");
}

static void put_count(struct page *p, struct span label, size_t count)
{
    PUT(p, HTML("<div><dt>"), label, HTML("</dt><dd>"));
    buf_put_int(p->to, (int64_t)count);
    buf_put_text(p->to, "</dd></div>\n");
}

/* Good ones first. */
static void put_counts(struct page *p, const struct page_report *r)
{
    static const enum verdict_tone tones[] = { TONE_GOOD, TONE_BAD, TONE_DOUBT };
    struct kind kinds[KINDS_MAX] = { { .count = 0 } };
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++)
        count_row(kinds, &count, &r->rows[i]);
    PUT(p, HTML("<section aria-labelledby=\"counts\">\n<h2 id=\"counts\">"),
        say(p, WORD_REPORT_COUNTS), HTML("</h2>\n<dl class=\"counts\">\n"));
    for (size_t t = 0; t < sizeof tones / sizeof tones[0]; t++)
        for (size_t i = 0; i < count; i++)
            if (kinds[i].called.tone == tones[t])
                put_count(p, span_text(p->view->english ? kinds[i].called.en : kinds[i].called.zh),
                          kinds[i].count);
    put_count(p, say(p, WORD_REPORT_ALL), r->count);
    buf_put_text(p->to, "</dl>\n</section>\n");
}

static void put_reason(struct page *p, const struct page_row *row)
{
    struct span reason = { 0 };
    if (row->authentic == AUTH_NO_MATCH)
        reason = span_text(problem_text(PROBLEM_NO_MATCH, !p->view->english));
    else if (row->authentic == AUTH_UNDECIDED)
        reason = say(p, row->number.len > 0 ? WORD_REPORT_TOO_OFTEN : WORD_REPORT_NO_NUMBER);
    if (reason.len > 0)
        PUT(p, HTML("<br><span class=\"purpose\">"), reason, HTML("</span>"));
}

static void put_row(struct page *p, const struct page_row *row)
{
    const struct verdict_headline h = headline_of(row);
    buf_put_text(p->to, "<tr><td>");
    buf_put_int(p->to, row->row);
    buf_put_text(p->to, "</td><td translate=\"no\">");
    html_put(p->to, row->number);
    PUT(p, HTML("</td><td>"), span_text(h.symbol), HTML(" "),
        span_text(p->view->english ? h.en : h.zh));
    put_reason(p, row);
    buf_put_text(p->to, "</td><td>");
    if (row->authentic == AUTH_TRUE) {
        char deadline[DATE_TEXT_LEN + 1];
        date_format(row->deadline, deadline);
        buf_put_text(p->to, deadline);
    }
    buf_put_text(p->to, "</td></tr>\n");
}

static void put_rows(struct page *p, const struct page_report *r)
{
    static const enum word heads[] = { WORD_REPORT_ROW, WORD_NUMBER, WORD_RESULT, WORD_DEADLINE };
    PUT(p, HTML("<section class=\"rows\" aria-labelledby=\"rows\">\n<h2 id=\"rows\">"),
        say(p, WORD_REPORT_ROWS), HTML("</h2>\n<table>\n<thead><tr>"));
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        PUT(p, HTML("<th scope=\"col\">"), say(p, heads[i]), HTML("</th>"));
    buf_put_text(p->to, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < r->count; i++)
        put_row(p, &r->rows[i]);
    buf_put_text(p->to, "</tbody>\n</table>\n</section>\n");
}

static void put_signature(struct page *p, const struct page_report *r)
{
    char hash[2 * SHA256_LEN + 1];
    hex_encode(r->rows_sha256, SHA256_LEN, hash);
    PUT(p, HTML("<section aria-labelledby=\"signed\">\n<h2 id=\"signed\">"),
        say(p, WORD_REPORT_SIGNATURE), HTML("</h2>\n"));
    if (r->digits.len == 0) {
        PUT(p, HTML("<p class=\"compare\">"), say(p, WORD_REPORT_UNSIGNED),
            HTML("</p>\n</section>\n"));
        return;
    }
    PUT(p, HTML("<p>"), say(p, WORD_REPORT_CHECK), HTML("</p>\n"));
    if (r->code.len > 0) {
        PUT(p, HTML("<figure class=\"code\">\n<figcaption>"), say(p, WORD_REPORT_CODE),
            HTML("</figcaption>\n"));
        buf_put_span(p->to, r->code);
        buf_put_text(p->to, "</figure>\n");
    }
    buf_put_text(p->to, "<p class=\"signed\" translate=\"no\">");
    html_put(p->to, r->digits);
    PUT(p, HTML("</p>\n<p>"), say(p, WORD_REPORT_HASH),
        HTML(" <span class=\"signed\" translate=\"no\">"), span_text(hash),
        HTML("</span></p>\n</section>\n"));
}

void page_report(struct buf *to, const struct page_view *view, const struct page_report *r)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_REPORT));
    PUT(&p, HTML("<h1>"), say(&p, WORD_REPORT), HTML("</h1>\n<dl>\n"));
    put_text(&p, WORD_REPORT_EMPLOYER, r->employer);
    put_text(&p, WORD_REPORT_PURPOSE, r->purpose);
    put_time(&p, WORD_CHECKED, r->at);
    put_time(&p, WORD_AS_OF, r->as_of);
    buf_put_text(to, "</dl>\n");
    put_counts(&p, r);
    put_rows(&p, r);
    put_signature(&p, r);
    page_end(&p);
}
