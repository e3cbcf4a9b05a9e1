#include <stdio.h>
#include <string.h>

#include "issuer/rendering/press_internal.h"

#define FONTS_SEPARATOR ":"

enum rc press_layout_read(const struct home *home, const char *name, struct buf *to, struct diag *d)
{
    if (strchr(name, '/'))
        return file_read(name, LAYOUT_FILE_MAX, to, d);

    char file[PATH_LEN], path[PATH_LEN];
    if (snprintf(file, sizeof file, "layouts/%s.json", name) >= (int)sizeof file)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the layout's name is too long");
    struct diag own = DIAG_INIT;
    enum rc rc = home_path(home, file, path, d);
    if (rc == RC_OK)
        rc = file_read(path, LAYOUT_FILE_MAX, to, &own);
    if (rc != RC_NOT_FOUND)
        return rc == RC_OK ? rc : diag_set(d, rc, own.offset, "%s", own.text);

    const struct span known = layout_template(name);
    if (known.len == 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                        "no layout '%.60s': neither '%.120s' nor "
                        "one that comes with the program",
                        name, path);
    buf_put_span(to, known);
    return buf_rc(to, d);
}

enum rc press_fonts_load(const struct home *home, struct pdf_font_set **ret, struct diag *d)
{
    if (home->settings.fonts[0] == '\0')
        return pdf_font_set_load(&pdf_font_paths_default, ret, d);

    char text[sizeof home->settings.fonts], *rest = NULL;
    char absolute[PDF_FACES][PATH_LEN];
    struct pdf_font_paths paths = { 0 };
    size_t count = 0;
    (void)snprintf(text, sizeof text, "%s", home->settings.fonts);
    for (char *at = strtok_r(text, FONTS_SEPARATOR, &rest); at;
         at = strtok_r(NULL, FONTS_SEPARATOR, &rest)) {
        if (count == PDF_FACES)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "'fonts' names more than %d files",
                            PDF_FACES);
        const enum rc rc = home_path(home, at, absolute[count], d);
        if (rc != RC_OK)
            return rc;
        paths.face[count] = absolute[count];
        count++;
    }
    return pdf_font_set_load(&paths, ret, d);
}
