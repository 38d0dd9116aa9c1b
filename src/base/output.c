#include "base/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static bool write_whole(FILE *out, const char *text) {
    size_t length = strlen(text);
    bool ended = length > 0 && text[length - 1] == '\n';
    return fputs(text, out) >= 0 && (ended || fputc('\n', out) >= 0) && fflush(out) == 0;
}

/* A device, a pipe or a terminal is written to as it is: only a file can be replaced by another. */
static bool write_in_place(const char *file) {
    struct stat info;
    return stat(file, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

/* Beside the file, so that it appears whole; a symlink stays and its file is replaced. */
static bool write_renamed(const char *file, const char *text) {
    char *real = realpath(file, NULL);
    const char *place = real ? real : file;
    char *temporary = mem_printf("%s.%ld", place, (long)getpid());
    FILE *out = fopen(temporary, "wx");
    bool ok = out && write_whole(out, text);
    ok = (!out || fclose(out) == 0) && ok && rename(temporary, place) == 0;
    int why = errno;
    if (out && !ok)
        unlink(temporary);
    free(temporary);
    free(real);
    errno = why;
    return ok;
}

static bool write_device(const char *file, const char *text) {
    FILE *out = fopen(file, "w");
    bool ok = out && write_whole(out, text);
    int why = errno;
    if (out && fclose(out) != 0 && ok) {
        why = errno;
        ok = false;
    }
    errno = why;
    return ok;
}

bool output_check(const char *option, const char *file, struct error *error) {
    struct stat info;
    if (output_is_stdout(file))
        return true;
    bool exists = stat(file, &info) == 0;
    const char *slash = strrchr(file, '/');
    char *folder = slash ? mem_printf("%.*s/", (int)(slash - file), file) : mem_printf(".");
    if (exists && S_ISDIR(info.st_mode))
        errno = EISDIR;
    bool ok = !(exists && S_ISDIR(info.st_mode)) &&
              access(write_in_place(file) ? file : folder, W_OK) == 0;
    free(folder);
    return ok || error_usage(error, "%s: can't write %s: %s", option, file, strerror(errno));
}

bool output_write(const char *option, const char *file, const char *text, struct error *error) {
    if (output_is_stdout(file))
        return write_whole(stdout, text) ||
               error_set(error, "can't write to standard output: %s", strerror(errno));
    return (write_in_place(file) ? write_device(file, text) : write_renamed(file, text)) ||
           error_set(error, "%s: can't write %s: %s", option, file, strerror(errno));
}
