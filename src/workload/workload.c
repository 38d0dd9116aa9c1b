#include "workload/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/strbuf.h"
#include "base/units.h"
#include "row/args.h"
#include "workload/parse.h"

enum { FILE_BYTES_MAX = 64 << 20 };

/* Built-in workloads are the embedded files of this folder. */
static const char builtin_folder[] = "workloads/";
static const char workload_suffix[] = ".yaml";

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The file's name without its folder and, if it ends so, without the suffix. */
static char *stem_of(struct arena *arena, const char *path, const char *suffix) {
    const char *name = base_name(path);
    size_t length = strlen(name);
    if (ends_with(name, suffix) && length > strlen(suffix))
        length -= strlen(suffix);
    return arena_strndup(arena, name, length);
}

static bool read_error(const char *path, const char *reason, struct error *error) {
    return error_usage(error, "can't read \"%s\": %s", path, reason);
}

/* Everything up to the end, so that a pipe can be read too. */
static bool read_all(int fd, const char *path, struct strbuf *content, struct error *error) {
    char chunk[65536];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return read_error(path, strerror(errno), error);
        if (got == 0)
            return true;
        const char *nul = memchr(chunk, 0, (size_t)got);
        if (nul) {
            read_error(path, "it is not a text file", error);
            return error_hint(error, "byte %zu is NUL",
                              content->length + (size_t)(nul - chunk) + 1);
        }
        strbuf_add_bytes(content, chunk, (size_t)got);
        if (content->length > FILE_BYTES_MAX)
            return read_error(path, "it is larger than 64 MB", error);
    }
}

bool workload_read_file(const char *path, struct arena *arena, const char **text,
                        struct error *error) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return read_error(path, strerror(errno), error);
    struct stat status;
    bool ok = fstat(fd, &status) == 0 || read_error(path, strerror(errno), error);
    if (ok && S_ISDIR(status.st_mode))
        ok = read_error(path, "it is a folder", error);
    struct strbuf content = STRBUF_INIT;
    ok = ok && read_all(fd, path, &content, error);
    if (ok)
        *text = arena_strndup(arena, content.text, content.length);
    strbuf_release(&content);
    close(fd);
    return ok;
}

/* Built-in workloads */

static bool is_builtin(const struct embedded_file *file) {
    return strncmp(file->name, builtin_folder, strlen(builtin_folder)) == 0 &&
           ends_with(file->name, workload_suffix);
}

static const struct embedded_file *builtin_find(struct arena *arena, const char *name) {
    return embedded_find(arena_printf(arena, "%s%s%s", builtin_folder, name, workload_suffix));
}

/* The built-in workload that was probably meant: all of them are too many for a line. Returns
 * false. */
static bool hint_builtins(const char *word, struct arena *arena, struct error *error) {
    const char **names = ARENA_ARRAY(arena, const char *, embedded_file_count);
    size_t count = 0;
    for (size_t i = 0; i < embedded_file_count; i++)
        if (is_builtin(&embedded_files[i]))
            names[count++] = stem_of(arena, embedded_files[i].name, workload_suffix);
    const char *nearest = units_nearest(stem_of(arena, word, workload_suffix), names, count);
    static const char list[] = "`pgwrite list workloads` shows those built in";
    return nearest ? error_hint(error, "did you mean \"%s\"? %s", nearest, list)
                   : error_hint(error, "%s", list);
}

static bool unknown_builtin(const char *word, struct arena *arena, struct error *error) {
    error_usage(error, "no built-in workload is called \"%s\"", word);
    if (access(word, F_OK) == 0)
        return error_hint(error, "for the file of that name write \"./%s\"", word);
    return hint_builtins(word, arena, error);
}

/* Paths of a workload's schema */

/* A path relative to the folder of a file. */
static const char *resolve(struct arena *arena, const char *file, const char *path) {
    if (path[0] == '/')
        return path;
    int folder_length = (int)(base_name(file) - file);
    return arena_printf(arena, "%.*s%s", folder_length, file, path);
}

/* "workloads/../schemas/events.sql" to "schemas/events.sql": embedded files have one name each. */
static char *normalise(struct arena *arena, const char *path) {
    char *out = arena_strdup(arena, ""), *rest = arena_strdup(arena, path), *next;
    for (char *part = strtok_r(rest, "/", &next); part; part = strtok_r(NULL, "/", &next)) {
        if (strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") != 0) {
            out = arena_printf(arena, "%s%s%s", out, out[0] ? "/" : "", part);
            continue;
        }
        char *slash = strrchr(out, '/');
        *(slash ? slash : out) = '\0';
    }
    return out;
}

/* Loading */

static bool load_builtin(const struct embedded_file *file, const char *name,
                         const char *const *load_options, struct arena *arena,
                         struct workload *workload, struct error *error) {
    const char *shown = arena_printf(arena, "%s (built in)", name);
    struct place schema_at;
    if (!workload_parse(file->text, file->length, shown, load_options, arena, workload, &schema_at,
                        error))
        return false;
    const char *path = normalise(arena, resolve(arena, file->name, workload->schema_file));
    const struct embedded_file *schema = embedded_find(path);
    if (!schema) {
        error_usage(error, "no built-in schema is called \"%s\"", path);
        return place_add(&schema_at, error);
    }
    workload->schema_sql = schema->text;
    workload->schema_file = arena_printf(arena, "%s (built in)", path);
    if (!workload->name)
        workload->name = arena_strdup(arena, name);
    return true;
}

static bool load_file(const char *path, const char *const *load_options, struct arena *arena,
                      struct workload *workload, struct error *error) {
    const char *text;
    if (!workload_read_file(path, arena, &text, error))
        return access(path, F_OK) == 0 ? false : hint_builtins(path, arena, error);
    const char *file = arena_strdup(arena, path);
    struct place schema_at;
    if (!workload_parse(text, strlen(text), file, load_options, arena, workload, &schema_at, error))
        return false;
    workload->schema_file = resolve(arena, file, workload->schema_file);
    if (!workload->name)
        workload->name = stem_of(arena, file, workload_suffix);
    if (workload_read_file(workload->schema_file, arena, &workload->schema_sql, error))
        return true;
    error_prefix(error, "schema");
    place_add(&schema_at, error);
    return error_hint(error, "the path is relative to the folder of the workload file");
}

bool workload_load(const char *name_or_file, const char *const *load_options, struct arena *arena,
                   struct workload *workload, struct error *error) {
    if (strchr(name_or_file, '/') || ends_with(name_or_file, workload_suffix))
        return load_file(name_or_file, load_options, arena, workload, error);
    const struct embedded_file *builtin = builtin_find(arena, name_or_file);
    if (!builtin)
        return unknown_builtin(name_or_file, arena, error);
    return load_builtin(builtin, name_or_file, load_options, arena, workload, error);
}

bool workload_from_schema(const char *schema_file, struct arena *arena, struct workload *workload,
                          struct error *error) {
    const char *file = arena_strdup(arena, schema_file);
    *workload = (struct workload){
        .file = file, .name = stem_of(arena, file, ".sql"), .description = "", .schema_file = file};
    return workload_read_file(schema_file, arena, &workload->schema_sql, error);
}
