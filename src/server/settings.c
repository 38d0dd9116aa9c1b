#include "server/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/strbuf.h"

/* Beside postgresql.conf, which includes it. */
#define OWN_FILE "pgwrite.conf"

static bool is_name(const char *name) {
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.$";
    return name[0] && strchr(first, name[0]) && strspn(name, rest) == strlen(name);
}

bool settings_check(const struct throwaway_options *options, struct error *error) {
    static const char *const own[] = {"listen_addresses", "port", "unix_socket_directories",
                                      "unix_socket_permissions", "data_directory"};
    for (size_t i = 0; i < options->setting_count; i++) {
        const char *name = options->settings[i].name;
        if (!is_name(name))
            return error_usage(error, "\"%s\" is not the name of a setting", name);
        for (size_t j = 0; j < sizeof(own) / sizeof(own[0]); j++) {
            if (strcasecmp(name, own[j]) != 0)
                continue;
            error_usage(error, "%s can't be set: a throwaway server listens on a socket of its own",
                        name);
            return error_hint(error, "to measure a server of your own, name it with -d, -h or -p");
        }
    }
    return true;
}

/* Quoted as postgresql.conf wants it, where a backslash escapes, too. */
static void add(struct strbuf *conf, const char *name, const char *value) {
    strbuf_printf(conf, "%s = '", name);
    for (; *value; value++) {
        if (*value == '\n')
            strbuf_add(conf, "\\n");
        else if (*value == '\'' || *value == '\\')
            strbuf_printf(conf, "%c%c", *value, *value);
        else
            strbuf_add_char(conf, *value);
    }
    strbuf_add(conf, "'\n");
}

static bool write_all(int fd, const char *text, size_t length) {
    size_t done = 0;
    while (done < length) {
        ssize_t written = write(fd, text + done, length - done);
        if (written < 0 && errno != EINTR)
            return false;
        done += written > 0 ? (size_t)written : 0;
    }
    return true;
}

bool settings_include(const char *data, struct error *error) {
    static const char line[] = "\ninclude '" OWN_FILE "' # written by pgwrite\n";
    char *path = mem_printf("%s/postgresql.conf", data);
    int fd = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    bool ok = (fd >= 0 && write_all(fd, line, sizeof(line) - 1)) ||
              error_set(error, "can't write %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(path);
    return ok;
}

/* By another name first, so that there is a whole file at any time. */
static bool replace(const char *path, const struct strbuf *text, const struct server_user *user,
                    struct error *error) {
    char *draft = mem_printf("%s.new", path);
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool made = fd >= 0;
    bool ok = made && (!user->drop || fchown(fd, user->uid, user->gid) == 0) &&
              write_all(fd, text->text, text->length) && rename(draft, path) == 0;
    if (!ok)
        error_set(error, "can't write %s: %s", path, strerror(errno));
    if (made)
        close(fd);
    if (made && !ok)
        unlink(draft);
    free(draft);
    return ok;
}

bool settings_write(const struct throwaway_options *options, const char *data,
                    const char *socket_dir, const struct server_user *user, struct error *error) {
    struct strbuf conf = STRBUF_INIT;
    strbuf_printf(&conf, "# written by pgwrite\nmax_connections = %d\nport = %d\n",
                  options->max_connections + CONNECTIONS_EXTRA, SERVER_PORT);
    add(&conf, "listen_addresses", "");
    add(&conf, "unix_socket_directories", socket_dir);
    /* The folder above is closed to others; root, who runs pgwrite if they differ, needs no bits.
     */
    add(&conf, "unix_socket_permissions", "0700");
    add(&conf, "cluster_name", "pgwrite");
    /* PostgreSQL's defaults, said aloud: the server is as durable as one in production. */
    add(&conf, "fsync", "on");
    add(&conf, "synchronous_commit", "on");
    add(&conf, "full_page_writes", "on");
    for (size_t i = 0; i < options->setting_count; i++)
        add(&conf, options->settings[i].name, options->settings[i].value);
    char *path = mem_printf("%s/" OWN_FILE, data);
    bool ok = replace(path, &conf, user, error);
    free(path);
    strbuf_release(&conf);
    return ok;
}

struct server_setting *settings_copy(const struct server_setting *settings, size_t count) {
    if (count == 0)
        return NULL;
    struct server_setting *copy = MEM_ARRAY(struct server_setting, count);
    for (size_t i = 0; i < count; i++)
        copy[i] =
            (struct server_setting){mem_strdup(settings[i].name), mem_strdup(settings[i].value)};
    return copy;
}

void settings_free(const struct server_setting *settings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free((char *)settings[i].name);
        free((char *)settings[i].value);
    }
    free((struct server_setting *)settings);
}
