#include "server/logtail.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char intro[] = "; the end of its log:\n";

char *logtail_read(const char *path, char *out, size_t size) {
    out[0] = '\0';
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return out;
    struct stat info;
    size_t room = size - sizeof(intro);
    char *lines = out + sizeof(intro) - 1;
    ssize_t length = -1;
    if (fstat(fd, &info) == 0) {
        off_t start = info.st_size > (off_t)room ? info.st_size - (off_t)room : 0;
        length = pread(fd, lines, room, start);
        char *first_end = length > 0 && start > 0 ? memchr(lines, '\n', (size_t)length) : NULL;
        if (first_end && first_end + 1 < lines + length) { /* the first line is cut: leave it out */
            length -= first_end + 1 - lines;
            memmove(lines, first_end + 1, (size_t)length);
        }
    }
    close(fd);
    while (length > 0 && lines[length - 1] == '\n')
        length--;
    if (length <= 0)
        return out;
    lines[length] = '\0';
    memcpy(out, intro, sizeof(intro) - 1);
    return out;
}
