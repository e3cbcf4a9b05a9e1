#include "verifier/pages/page_frame.h"

/* One form of the page; kind: its enctype. */
static void begin_form(struct page *p, const char *id, enum word title, const char *action,
                       const char *kind)
{
    PUT(p, HTML("<section aria-labelledby=\""), span_text(id), HTML("\">\n<h2 id=\""),
        span_text(id), HTML("\">"), say(p, title), HTML("</h2>\n"));
    PUT(p, HTML("<form method=\"post\" action=\""), span_text(action), HTML("\" enctype=\""),
        span_text(kind), HTML("\">\n"));
    page_carry(p);
}

static void end_form(struct page *p, enum word button)
{
    PUT(p, HTML("<button type=\"submit\">"), say(p, button),
        HTML("</button>\n</form>\n</section>\n"));
}

static void put_type_form(struct page *p)
{
    begin_form(p, "by-text", WORD_TYPE, "/", "multipart/form-data");
    page_put_label(p, "text", WORD_TYPE_LABEL);
    buf_put_text(p->to,
                 "<textarea id=\"text\" name=\"text\" rows=\"3\" maxlength=\"4400\" required "
                 "autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"text-help\">"
                 "</textarea>\n");
    PUT(p, HTML("<p id=\"text-help\" class=\"help\">"), say(p, WORD_TYPE_HELP), HTML("</p>\n"));
    end_form(p, WORD_CHECK);
}

static void put_file_form(struct page *p)
{
    begin_form(p, "by-file", WORD_FILE, "/", "multipart/form-data");
    page_put_label(p, "file", WORD_FILE_LABEL);
    buf_put_text(p->to, "<input id=\"file\" name=\"file\" type=\"file\" required "
                        "accept=\"image/png,image/jpeg,application/pdf,.cbor\" "
                        "aria-describedby=\"file-help\">\n<p id=\"file-help\" class=\"help\">");
    page_say_number(p, WORD_FILE_HELP, p->view->upload_max_mb, "");
    buf_put_text(p->to, "</p>\n");
    end_form(p, WORD_CHECK);
}

static const struct page_field fields[] = {
    { "number", WORD_NUMBER, 40 },
    { "name", WORD_NAME, 100 },
    { "id_number", WORD_ID_NUMBER, 30 },
};
#define FIELDS (sizeof fields / sizeof fields[0])

static void put_lookup_form(struct page *p)
{
    begin_form(p, "by-name", WORD_LOOKUP, "/lookup", "application/x-www-form-urlencoded");
    for (size_t i = 0; i < FIELDS; i++)
        page_put_field(p, &fields[i]);
    PUT(p, HTML("<p class=\"help\">"), say(p, WORD_LOOKUP_HELP), HTML("</p>\n"));
    end_form(p, WORD_LOOK_UP);
}

/* Does the same on the device; without it the forms work as they stand. */
static const char script[] = "<script type=\"module\" src=\"/web/app.js\"></script>\n";

void page_home(struct buf *to, const struct page_view *view)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_SITE));
    PUT(&p, HTML("<h1>"), say(&p, WORD_SITE), HTML("</h1>\n<p>"), say(&p, WORD_INTRO),
        HTML("</p>\n"));
    put_type_form(&p);
    put_file_form(&p);
    if (view->has_lookup)
        put_lookup_form(&p);
    if (view->has_holder || view->has_lookup) {
        buf_put_text(to, "<p class=\"next\">");
        if (view->has_holder)
            page_link(&p, "/holder", WORD_HOLDER);
        if (view->has_lookup)
            page_link(&p, "/list", WORD_LIST_FORM);
        buf_put_text(to, "</p>\n");
    }
    buf_put_text(to, script);
    page_end(&p);
}
