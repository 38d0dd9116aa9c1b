#include "server/binaries.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static const char *const usual_places[] = {
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
};

static bool is_program(const char *dir, const char *name) {
    char path[PATH_MAX];
    struct stat info;
    return snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path) &&
           stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* The real folder of the postgres in dir, which may be a lone symlink into it; NULL if initdb is
 * not beside it. */
static char *real_bin_dir(const char *dir) {
    char path[PATH_MAX], real[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/postgres", dir) < (int)sizeof(path) &&
        realpath(path, real)) {
        char *slash = strrchr(real, '/');
        *slash = '\0';
        if (is_program(real, "initdb") && is_program(real, "postgres"))
            return mem_strdup(real);
    }
    if (realpath(dir, real) && is_program(real, "initdb") && is_program(real, "postgres"))
        return mem_strdup(real);
    return NULL;
}

static char *find_in_path(void) {
    const char *at = getenv("PATH");
    while (at && *at) {
        size_t length = strcspn(at, ":");
        /* An empty word means the current folder, from which nothing should run unasked. */
        if (length > 0 && length < PATH_MAX) {
            char dir[PATH_MAX];
            memcpy(dir, at, length);
            dir[length] = '\0';
            char *found = real_bin_dir(dir);
            if (found)
                return found;
        }
        at += length + (at[length] == ':');
    }
    return NULL;
}

/* The first number in the last folder name but one: 15 of /usr/lib/postgresql/15/bin. 0: none. */
static long version_of(const char *dir) {
    const char *end = strrchr(dir, '/'), *start = end;
    while (start > dir && start[-1] != '/')
        start--;
    while (start < end && !isdigit((unsigned char)*start))
        start++;
    return start < end ? strtol(start, NULL, 10) : 0;
}

static char *find_newest(const char *pattern) {
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0)
        return NULL; /* no match; a place that can't be read holds nothing we could run */
    char *best = NULL;
    long best_version = -1;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        long version = version_of(found.gl_pathv[i]);
        char *real = version > best_version ? real_bin_dir(found.gl_pathv[i]) : NULL;
        if (!real)
            continue;
        free(best);
        best = real;
        best_version = version;
    }
    globfree(&found);
    return best;
}

static bool hint(struct error *error) {
    return error_hint(error,
                      "install a server (apt install postgresql, brew install postgresql), name "
                      "the folder of its initdb with --pg-bin, or measure a running server with "
                      "-d, -h or -p");
}

static bool use_given(const char *given, char **dir, struct error *error) {
    *dir = real_bin_dir(given);
    if (*dir)
        return true;
    if (access(given, R_OK | X_OK) != 0)
        error_usage(error, "--pg-bin %s can't be read: %s", given, strerror(errno));
    else
        error_usage(error, "--pg-bin %s does not hold both initdb and postgres", given);
    return hint(error);
}

bool binaries_find(const char *given, char **dir, struct error *error) {
    if (given)
        return use_given(given, dir, error);
    *dir = find_in_path();
    for (size_t i = 0; !*dir && i < sizeof(usual_places) / sizeof(usual_places[0]); i++)
        *dir = find_newest(usual_places[i]);
    if (*dir)
        return true;
    error_set(error, "found no PostgreSQL server: initdb and postgres are not together in a folder "
                     "of PATH, /usr/lib/postgresql or Homebrew");
    return hint(error);
}
