/* The fixed objects, 37 and up: docs/pdf.md section 2. */
#include "core/cert/pdf_copy_parts.h"

#define SIDE_MAX 65500u /* pixels */

static void read_packed(struct copy_reading *r, uint32_t number, const char *part,
                        const char *entries)
{
    const uint32_t len = copy_stream_begin(r, number, part);
    pdf_scan_exact(&r->s, "/Filter/FlateDecode%s", entries);
    (void)copy_stream_end(r, len);
}

static void read_seal(struct copy_reading *r)
{
    r->has_seal = !copy_is_null(r, COPY_SEAL);
    if (!r->has_seal) {
        copy_null(r, COPY_SEAL);
        return;
    }
    const uint32_t len = copy_stream_begin(r, COPY_SEAL, "the seal");
    pdf_scan_exact(&r->s, "/Filter/FlateDecode/Type/XObject/Subtype/Image/ImageMask true"
                          "/BitsPerComponent 1/Width ");
    (void)pdf_scan_uint(&r->s, SIDE_MAX);
    pdf_scan_exact(&r->s, "/Height ");
    (void)pdf_scan_uint(&r->s, SIDE_MAX);
    (void)copy_stream_end(r, len);
}

static void read_parent_tree(struct copy_reading *r)
{
    copy_begin(r, COPY_PARENT_TREE, "the parent tree");
    pdf_scan_exact(&r->s, "<</Nums[0[");
    do {
        pdf_scan_exact(&r->s, "%u 0 R", COPY_ELEMENT + r->mcids);
        r->mcids++;
        if (r->mcids > PDF_COPY_MCIDS_MAX)
            pdf_scan_fail(&r->s, r->s.pos);
    } while (pdf_scan_try(&r->s, " "));
    pdf_scan_exact(&r->s, "]]>>");
    copy_end(r);
}

/* Its children in any order, each once. */
static void read_document(struct copy_reading *r)
{
    bool seen[PDF_COPY_MCIDS_MAX] = { false };
    copy_begin(r, COPY_DOCUMENT, "the structure");
    pdf_scan_exact(&r->s, "<</Type/StructElem/S/Document/P %d 0 R/K[", COPY_STRUCT_ROOT);
    for (uint32_t i = 0; i < r->mcids && !r->s.failed; i++) {
        if (i > 0)
            pdf_scan_exact(&r->s, " ");
        const size_t at = r->s.pos;
        const uint32_t element = pdf_scan_uint(&r->s, COPY_ELEMENT + r->mcids - 1);
        pdf_scan_exact(&r->s, " 0 R");
        if (r->s.failed || element < COPY_ELEMENT || seen[element - COPY_ELEMENT])
            pdf_scan_fail(&r->s, at);
        else
            seen[element - COPY_ELEMENT] = true;
    }
    pdf_scan_exact(&r->s, "]>>");
    copy_end(r);
}

static bool in_lang(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

static enum copy_role read_role(struct pdf_scan *s)
{
    if (pdf_scan_try(s, "Field"))
        return COPY_ROLE_FIELD;
    if (pdf_scan_try(s, "Figure"))
        return COPY_ROLE_FIGURE;
    if (!pdf_scan_try(s, "H1"))
        pdf_scan_exact(s, "P");
    return COPY_ROLE_LABEL;
}

static void read_element(struct copy_reading *r, uint32_t mcid)
{
    struct pdf_scan *const s = &r->s;
    copy_begin(r, COPY_ELEMENT + mcid, "a structure element");
    pdf_scan_exact(s, "<</Type/StructElem/S/");
    r->roles[mcid] = read_role(s);
    pdf_scan_exact(s, "/P %d 0 R/Pg %d 0 R/K %u", COPY_DOCUMENT, COPY_PAGE, mcid);
    if (pdf_scan_try(s, "/Lang(")) {
        (void)pdf_scan_run(s, in_lang, 2, 35);
        pdf_scan_exact(s, ")");
    }
    if (pdf_scan_try(s, "/Alt<feff")) {
        while (!s->failed && !pdf_scan_try(s, ">"))
            (void)pdf_scan_hex16(s);
    }
    pdf_scan_exact(s, ">>");
    copy_end(r);
}

void copy_fixed_read(struct copy_reading *r)
{
    copy_fonts_read(r, false);
    copy_begin(r, COPY_PAGES, "the page tree");
    pdf_scan_exact(&r->s, "<</Type/Pages/Count 1/Kids[%d 0 R]>>", COPY_PAGE);
    copy_end(r);
    read_packed(r, COPY_FIXED_CONTENT, "the fixed content", "");
    read_packed(r, COPY_PROFILE, "the output intent", "/N 3");
    read_seal(r);
    copy_begin(r, COPY_STRUCT_ROOT, "the structure");
    pdf_scan_exact(&r->s,
                   "<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey 1"
                   "/RoleMap<</Field/P>>>>",
                   COPY_DOCUMENT, COPY_PARENT_TREE);
    copy_end(r);
    read_parent_tree(r);
    read_document(r);
    for (uint32_t i = 0; i < r->mcids && !r->s.failed; i++)
        read_element(r, i);
    r->size = COPY_ELEMENT + r->mcids;
}
