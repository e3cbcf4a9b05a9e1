#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "layouts/layout_keys.h"
#include "layouts/pdf_write.h"

#define LAYOUT_FORM 1 /* the value of "sitecert_layout" */
#define OTHERS      "sitecert_layout|page|colours|styles|items"

void layout_free(struct layout *layout)
{
    json_decref(layout->json);
    free(layout->item);
    *layout = (struct layout){ 0 };
}

static enum rc read_kind(const struct layout_source *source, const char *path, json_t *item,
                         enum layout_kind *ret, struct diag *d)
{
    const char *name = json_string_value(json_object_get(item, "kind"));
    for (int kind = 0; name && kind < LAYOUT_KINDS; kind++) {
        if (strcmp(layout_kind_names[kind], name) == 0) {
            *ret = (enum layout_kind)kind;
            return RC_OK;
        }
    }
    return layout_complain(source, path, d,
                           "\"kind\" must be rect, line, circle, star, rosette, waves, text, arc, "
                           "field, photo, qr or seal");
}

static bool takes_mcid(const struct layout_item *item)
{
    switch (item->kind) {
    case LAYOUT_TEXT:
        return item->tag != LAYOUT_ARTIFACT;
    case LAYOUT_FIELD:
    case LAYOUT_PHOTO:
    case LAYOUT_QR:
        return true;
    case LAYOUT_RECT:
    case LAYOUT_LINE:
    case LAYOUT_CIRCLE:
    case LAYOUT_STAR:
    case LAYOUT_ROSETTE:
    case LAYOUT_WAVES:
    case LAYOUT_ARC:
    case LAYOUT_SEAL:
    case LAYOUT_KINDS:
        break;
    }
    return false;
}

static const char *own_name(const struct layout_item *item)
{
    return item->kind == LAYOUT_FIELD   ? item->field
           : item->kind == LAYOUT_PHOTO ? "photo"
           : item->kind == LAYOUT_QR    ? "qr"
           : item->kind == LAYOUT_SEAL  ? "seal"
                                        : NULL;
}

/* What a reader finds by name stands once. */
static enum rc refuse_second(const struct layout_source *source, const char *path,
                             const struct layout *layout, const struct layout_item *item,
                             struct diag *d)
{
    const char *name = own_name(item);
    for (size_t i = 0; name && i < layout->count; i++) {
        const char *other = own_name(&layout->item[i]);
        if (other && strcmp(name, other) == 0)
            return layout_complain(source, path, d, "\"%s\" stands twice", name);
    }
    return RC_OK;
}

static enum rc read_item(const struct layout_source *source, size_t i, json_t *json,
                         struct layout *layout, struct diag *d)
{
    char path[32];
    snprintf(path, sizeof path, "items[%zu]", i);
    struct layout_item *item = &layout->item[i];
    *item = (struct layout_item){ .stroke = LAYOUT_NO_COLOUR,
                                  .fill = LAYOUT_NO_COLOUR,
                                  .thick = 500,
                                  .line = layout_line(source->text, path),
                                  .mcid = -1 };

    enum rc rc = read_kind(source, path, json, &item->kind, d);
    const struct layout_object object = { path, json, LAYOUT_BIT(item->kind), "kind" };
    if (rc == RC_OK)
        rc = layout_read_keys(source, &object, layout_item_keys, item, d);
    if (rc == RC_OK)
        rc = refuse_second(source, path, layout, item, d);
    if (rc != RC_OK)
        return rc;
    if (item->demo && takes_mcid(item))
        item->tag = LAYOUT_ARTIFACT;
    if (takes_mcid(item)) {
        if (layout->mcids == PDF_MCIDS_MAX)
            return layout_complain(source, path, d, "more than %d texts and fields", PDF_MCIDS_MAX);
        item->mcid = (int)layout->mcids++;
    }
    layout->count = i + 1;
    return RC_OK;
}

static enum rc read_items(const struct layout_source *source, struct layout *layout, struct diag *d)
{
    const json_t *items = json_object_get(layout->json, "items");
    const size_t count = json_array_size(items);
    if (!json_is_array(items) || count < 1 || count > LAYOUT_ITEMS_MAX)
        return layout_complain(source, "items", d, "must be an array of 1 to %d items",
                               LAYOUT_ITEMS_MAX);
    layout->item = calloc(count, sizeof *layout->item);
    if (!layout->item)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "%zu items", count);

    enum rc rc = RC_OK;
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = read_item(source, i, json_array_get(items, i), layout, d);
    return rc;
}

static enum rc read_all(const struct layout_source *source, struct layout *layout, struct diag *d)
{
    if (json_integer_value(json_object_get(layout->json, "sitecert_layout")) != LAYOUT_FORM)
        return layout_complain(source, "", d, "\"sitecert_layout\" must be %d", LAYOUT_FORM);

    const struct layout_object top = { "", layout->json, 1, OTHERS };
    const struct layout_object page = { "page", json_object_get(layout->json, "page"), 1, NULL };
    enum rc rc = layout_read_keys(source, &top, layout_top_keys, layout, d);
    if (rc == RC_OK)
        rc = layout_read_keys(source, &page, layout_page_keys, layout, d);
    if (rc == RC_OK)
        rc = layout_try_palette(source, d);
    return rc == RC_OK ? read_items(source, layout, d) : rc;
}

enum rc layout_read(struct span text, struct layout *ret, struct diag *d)
{
    assert(ret);

    if (text.len > LAYOUT_FILE_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a layout file of more than %u bytes",
                        LAYOUT_FILE_MAX);
    ON_EXIT(layout_free) struct layout layout = { 0 };
    enum rc rc = json_read(text, &layout.json, d);
    if (rc != RC_OK)
        return rc;

    const struct layout_source source = { text, json_object_get(layout.json, "colours"),
                                          json_object_get(layout.json, "styles") };
    rc = read_all(&source, &layout, d);
    if (rc == RC_OK) {
        *ret = layout;
        layout = (struct layout){ 0 };
    }
    return rc;
}
