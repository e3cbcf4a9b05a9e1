#include "verifier/pages/page_frame.h"

/* One form of the page; kind: its enctype. */
static void begin_form(struct page *p, const char *id, enum word title, const char *action,
                       const char *kind)
{
    buf_put_texts(p->to, "<section aria-labelledby=\"", id, "\">\n<h2 id=\"", id, "\">",
                  say(p, title), "</h2>\n", NULL);
    buf_put_texts(p->to, "<form method=\"post\" action=\"", action, "\" enctype=\"", kind, "\">\n",
                  NULL);
    page_carry(p);
}

static void end_form(struct page *p, enum word button)
{
    buf_put_texts(p->to, "<button type=\"submit\">", say(p, button),
                  "</button>\n</form>\n</section>\n", NULL);
}

static void put_label(struct page *p, const char *id, enum word text)
{
    buf_put_texts(p->to, "<label for=\"", id, "\">", say(p, text), "</label>\n", NULL);
}

static void put_type_form(struct page *p)
{
    begin_form(p, "by-text", WORD_TYPE, "/", "multipart/form-data");
    put_label(p, "text", WORD_TYPE_LABEL);
    buf_put_text(p->to,
                 "<textarea id=\"text\" name=\"text\" rows=\"3\" maxlength=\"4400\" required "
                 "autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"text-help\">"
                 "</textarea>\n");
    buf_put_texts(p->to, "<p id=\"text-help\" class=\"help\">", say(p, WORD_TYPE_HELP), "</p>\n",
                  NULL);
    end_form(p, WORD_CHECK);
}

static void put_file_form(struct page *p)
{
    begin_form(p, "by-file", WORD_FILE, "/", "multipart/form-data");
    put_label(p, "file", WORD_FILE_LABEL);
    buf_put_text(p->to, "<input id=\"file\" name=\"file\" type=\"file\" required "
                        "accept=\"image/png,image/jpeg,application/pdf,.cbor\" "
                        "aria-describedby=\"file-help\">\n<p id=\"file-help\" class=\"help\">");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the words are a table's, not a stranger's  \
                                                      */
    buf_printf(p->to, say(p, WORD_FILE_HELP), p->view->upload_max_mb);
#pragma GCC diagnostic pop
    buf_put_text(p->to, "</p>\n");
    end_form(p, WORD_CHECK);
}

static void put_field(struct page *p, const char *name, enum word text, unsigned max)
{
    put_label(p, name, text);
    buf_printf(p->to,
               "<input id=\"%s\" name=\"%s\" type=\"text\" maxlength=\"%u\" required "
               "autocomplete=\"off\" spellcheck=\"false\">\n",
               name, name, max);
}

static void put_lookup_form(struct page *p)
{
    begin_form(p, "by-name", WORD_LOOKUP, "/lookup", "application/x-www-form-urlencoded");
    put_field(p, "number", WORD_NUMBER, 40);
    put_field(p, "name", WORD_NAME, 100);
    put_field(p, "id_number", WORD_ID_NUMBER, 30);
    buf_put_texts(p->to, "<p class=\"help\">", say(p, WORD_LOOKUP_HELP), "</p>\n", NULL);
    end_form(p, WORD_LOOK_UP);
}

/* Does the same on the device; without it the forms work as they stand. */
static const char script[] = "<script type=\"module\" src=\"/web/app.js\"></script>\n";

void page_home(struct buf *to, const struct page_view *view)
{
    struct page p = { to, view };
    page_begin(&p, say(&p, WORD_SITE));
    buf_put_texts(to, "<h1>", say(&p, WORD_SITE), "</h1>\n<p>", say(&p, WORD_INTRO), "</p>\n",
                  NULL);
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
