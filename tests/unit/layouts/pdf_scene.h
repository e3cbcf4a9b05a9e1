/* A layout of the program's, loaded once for a group of tests, and what stands in a rendering. */
#pragma once

#include "layouts/layout_sample.h"

struct pdf_scene {
    struct pdf_font_set *fonts;
    struct pdf_layout *layout;
};
int scene_set_up(void **state); /* a4, as a demonstration */
int scene_tear_down(void **state);

/* Renders or fails the test. Appends to *to. */
void scene_render(const struct pdf_scene *scene, const struct pdf_fields *fields, struct buf *to,
                  struct pdf_signature_place *place);

/* The body of object n: between "n 0 obj\n" and "\nendobj\n", by the cross-reference table. */
struct span scene_object(struct span pdf, unsigned n);
/* A stream object's bytes. */
struct span scene_stream(struct span pdf, unsigned n);
/* Appends what a field says: its strings through their fonts' ToUnicode. False: no such field. */
bool scene_field_text(struct span pdf, const char *name, struct buf *to);
bool scene_holds(struct span bytes, const char *text);
