#include "layouts/pdf_structure.h"

static void put_root(struct pdf_out *out)
{
    pdf_begin(out, PDF_STRUCT_ROOT);
    buf_printf(out->to,
               "<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey 1"
               "/RoleMap<</Field/P>>>>",
               PDF_DOCUMENT, PDF_PARENT_TREE);
    pdf_end(out);
}

static void put_elements_in_order(struct pdf_out *out, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        buf_printf(out->to, "%s%u 0 R", i ? " " : "", PDF_ELEMENT + i);
}

static void put_parent_tree(struct pdf_out *out, unsigned count)
{
    pdf_begin(out, PDF_PARENT_TREE);
    buf_put_text(out->to, "<</Nums[0[");
    put_elements_in_order(out, count);
    buf_put_text(out->to, "]]>>");
    pdf_end(out);
}

static void put_document(struct pdf_out *out, unsigned count)
{
    pdf_begin(out, PDF_DOCUMENT);
    buf_printf(out->to, "<</Type/StructElem/S/Document/P %d 0 R/K[", PDF_STRUCT_ROOT);
    put_elements_in_order(out, count);
    buf_put_text(out->to, "]>>");
    pdf_end(out);
}

static const char *role(const struct layout_item *item)
{
    if (item->kind == LAYOUT_PHOTO || item->kind == LAYOUT_QR)
        return "Figure";
    if (item->kind == LAYOUT_FIELD)
        return "Field";
    return item->tag == LAYOUT_H1 ? "H1" : "P";
}

static void put_element(struct pdf_out *out, const struct layout_item *item)
{
    pdf_begin(out, PDF_ELEMENT + (unsigned)item->mcid);
    buf_printf(out->to, "<</Type/StructElem/S/%s/P %d 0 R/Pg %d 0 R/K %d", role(item), PDF_DOCUMENT,
               PDF_PAGE, item->mcid);
    if (item->style.lang)
        buf_printf(out->to, "/Lang(%s)", item->style.lang);
    if (item->alt) {
        buf_put_text(out->to, "/Alt");
        pdf_put_utf16_text(out->to, span_text(item->alt));
    }
    buf_put_text(out->to, ">>");
    pdf_end(out);
}

void pdf_put_structure(struct pdf_out *out, const struct layout *layout)
{
    put_root(out);
    put_parent_tree(out, layout->mcids);
    put_document(out, layout->mcids);
    for (size_t i = 0; i < layout->count; i++) {
        if (layout->item[i].mcid >= 0)
            put_element(out, &layout->item[i]);
    }
}
