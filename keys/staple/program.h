/*
 * The two programs of this folder are one: a key, the published lists, a socket. In what they
 * differ, and nothing of the other, is linked to each (staple.c, answer.c).
 */
#pragma once

#include "core/base/buf.h"
#include "core/cli/cli.h"

struct program_options {
    const char *home, *published, *key, *socket;
};

/* key, socket: literals, below the home */
#define PROGRAM_OPTIONS(key_file, socket_file)                                                     \
    {                                                                                              \
        CLI_HOME_OPTION(struct program_options),                                                   \
            { "published",                                                                         \
              0,                                                                                   \
              CLI_TEXT,                                                                            \
              "DIR",                                                                               \
              offsetof(struct program_options, published),                                         \
              "sitecert publish 写的目录；有新的发布时自动换用",                                   \
              "the folder that sitecert publish writes; a new publication is taken as it comes",   \
              true },                                                                              \
            { "key",                                                                               \
              0,                                                                                   \
              CLI_TEXT,                                                                            \
              "FILE",                                                                              \
              offsetof(struct program_options, key),                                               \
              "私钥文件；默认 HOME/" key_file,                                                     \
              "key file; by default HOME/" key_file,                                               \
              false },                                                                             \
            { "socket",                                                                            \
              0,                                                                                   \
              CLI_TEXT,                                                                            \
              "PATH",                                                                              \
              offsetof(struct program_options, socket),                                            \
              "套接字；默认 HOME/" socket_file,                                                    \
              "the socket; by default HOME/" socket_file,                                          \
              false },                                                                             \
            CLI_OPTIONS_END,                                                                       \
    }

extern const struct program {
    const char *name;
    const char *zh, *en;           /* what it is, and where it answers */
    const char *does_zh, *does_en; /* what it signs, by what */
    const char *key_file, *socket_file;
    const struct cli_option *options; /* PROGRAM_OPTIONS of these two */
    const struct cli_example *examples;
    /* As in struct ipc_server_options; arg is a struct mint. */
    bool (*answer)(void *arg, struct span question, struct buf *to, int *ret_fd);
} program;
