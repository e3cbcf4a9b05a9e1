/* The way of a request through libmicrohttpd's callbacks; arg is the server. */
#pragma once

#include <microhttpd.h>

void *request_line(void *arg, const char *uri, struct MHD_Connection *connection);
size_t request_unescape(void *arg, struct MHD_Connection *connection, char *text);
enum MHD_Result request_part(void *arg, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *data_len, void **context);
void request_end(void *arg, struct MHD_Connection *connection, void **context,
                 enum MHD_RequestTerminationCode why);
