#include "verifier/pages/page_report.h"

#include "core/base/dates.h"
#include "verifier/pages/page_frame.h"

#define KINDS_MAX 16u /* of verdicts */

/* --- the form --- */

void page_list(struct buf *to, const struct page_view *view)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_LIST_FORM));
    buf_put_texts(to, "<h1>", say(&p, WORD_LIST_FORM), "</h1>\n<p>", say(&p, WORD_LIST_INTRO),
                  "</p>\n<form method=\"post\" action=\"/list\" "
                  "enctype=\"multipart/form-data\">\n",
                  NULL);
    page_carry(&p);
    buf_put_texts(to, "<label for=\"key\">", say(&p, WORD_LIST_KEY),
                  "</label>\n<input id=\"key\" name=\"key\" type=\"password\" maxlength=\"64\" "
                  "required autocomplete=\"off\" spellcheck=\"false\">\n<label for=\"file\">",
                  say(&p, WORD_LIST_FILE),
                  "</label>\n<input id=\"file\" name=\"file\" type=\"file\" required "
                  "accept=\".csv,text/csv\" aria-describedby=\"file-help\">\n"
                  "<p id=\"file-help\" class=\"help\">",
                  say(&p, WORD_LIST_HELP), "</p>\n<button type=\"submit\">", say(&p, WORD_CHECK),
                  "</button>\n</form>\n", NULL);
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
    buf_put_texts(p->to, "<div><dt>", say(p, label), "</dt><dd>", NULL);
    html_put(p->to, value);
    buf_put_text(p->to, "</dd></div>\n");
}

static void put_time(struct page *p, enum word label, int64_t unix_s)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(unix_s, text);
    buf_printf(p->to, "<div><dt>%s</dt><dd><time datetime=\"%s\">%.10s %.8s</time></dd></div>\n",
               say(p, label), text, text, text + 11);
}

static void put_count(struct page *p, const char *label, size_t count)
{
    buf_printf(p->to, "<div><dt>%s</dt><dd>%zu</dd></div>\n", label, count);
}

/* Good ones first. */
static void put_counts(struct page *p, const struct page_report *r)
{
    static const enum verdict_tone tones[] = { TONE_GOOD, TONE_BAD, TONE_DOUBT };
    struct kind kinds[KINDS_MAX] = { { .count = 0 } };
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++)
        count_row(kinds, &count, &r->rows[i]);
    buf_put_texts(p->to, "<section aria-labelledby=\"counts\">\n<h2 id=\"counts\">",
                  say(p, WORD_REPORT_COUNTS), "</h2>\n<dl class=\"counts\">\n", NULL);
    for (size_t t = 0; t < sizeof tones / sizeof tones[0]; t++)
        for (size_t i = 0; i < count; i++)
            if (kinds[i].called.tone == tones[t])
                put_count(p, p->view->english ? kinds[i].called.en : kinds[i].called.zh,
                          kinds[i].count);
    put_count(p, say(p, WORD_REPORT_ALL), r->count);
    buf_put_text(p->to, "</dl>\n</section>\n");
}

static void put_reason(struct page *p, const struct page_row *row)
{
    const char *reason = "";
    if (row->authentic == AUTH_NO_MATCH)
        reason = problem_text(PROBLEM_NO_MATCH, !p->view->english);
    else if (row->authentic == AUTH_UNDECIDED)
        reason = say(p, row->number.len > 0 ? WORD_REPORT_TOO_OFTEN : WORD_REPORT_NO_NUMBER);
    if (reason[0])
        buf_put_texts(p->to, "<br><span class=\"purpose\">", reason, "</span>", NULL);
}

static void put_row(struct page *p, const struct page_row *row)
{
    const struct verdict_headline h = headline_of(row);
    buf_printf(p->to, "<tr><td>%u</td><td translate=\"no\">", row->row);
    html_put(p->to, row->number);
    buf_put_texts(p->to, "</td><td>", h.symbol, " ", p->view->english ? h.en : h.zh, NULL);
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
    buf_put_texts(p->to, "<section class=\"rows\" aria-labelledby=\"rows\">\n<h2 id=\"rows\">",
                  say(p, WORD_REPORT_ROWS), "</h2>\n<table>\n<thead><tr>", NULL);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        buf_put_texts(p->to, "<th scope=\"col\">", say(p, heads[i]), "</th>", NULL);
    buf_put_text(p->to, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < r->count; i++)
        put_row(p, &r->rows[i]);
    buf_put_text(p->to, "</tbody>\n</table>\n</section>\n");
}

static void put_signature(struct page *p, const struct page_report *r)
{
    char hash[2 * SHA256_LEN + 1];
    hex_encode(r->rows_sha256, SHA256_LEN, hash);
    buf_put_texts(p->to, "<section aria-labelledby=\"signed\">\n<h2 id=\"signed\">",
                  say(p, WORD_REPORT_SIGNATURE), "</h2>\n", NULL);
    if (r->digits.len == 0) {
        buf_put_texts(p->to, "<p class=\"compare\">", say(p, WORD_REPORT_UNSIGNED),
                      "</p>\n</section>\n", NULL);
        return;
    }
    buf_put_texts(p->to, "<p>", say(p, WORD_REPORT_CHECK), "</p>\n", NULL);
    if (r->code.len > 0) {
        buf_put_texts(p->to, "<figure class=\"code\">\n<figcaption>", say(p, WORD_REPORT_CODE),
                      "</figcaption>\n", NULL);
        buf_put_span(p->to, r->code);
        buf_put_text(p->to, "</figure>\n");
    }
    buf_put_text(p->to, "<p class=\"signed\" translate=\"no\">");
    html_put(p->to, r->digits);
    buf_put_texts(p->to, "</p>\n<p>", say(p, WORD_REPORT_HASH),
                  " <span class=\"signed\" translate=\"no\">", hash, "</span></p>\n</section>\n",
                  NULL);
}

void page_report(struct buf *to, const struct page_view *view, const struct page_report *r)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_REPORT));
    buf_put_texts(to, "<h1>", say(&p, WORD_REPORT), "</h1>\n<dl>\n", NULL);
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
