/* The folder of a throwaway server: where it may be, and taking it away. */
#ifndef PGWRITE_SERVER_FOLDER_H
#define PGWRITE_SERVER_FOLDER_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "server/user.h"

#define FOLDER_PREFIX "pgwrite-"
#define FOLDER_PLACES_MAX 4

/* Where servers' folders are made, in order of preference: data_dir unless NULL, $TMPDIR, /var/tmp,
 * /tmp. The texts are not copied. Returns how many. */
size_t folder_places(const char *data_dir, const char *places[FOLDER_PLACES_MAX]);

/* The place for a new server of this user: data_dir alone, or else the first of the others that can
 * be written and is not on tmpfs, or else the first that can be written. free() releases *place,
 * which is absolute. */
MUST_CHECK bool folder_choose_place(const char *data_dir, const struct server_user *user,
                                    char **place, struct error *error);

/* In memory only, so that fsync costs nothing there. Linux; false elsewhere. */
bool folder_on_tmpfs(const char *path);

/* Makes a folder that belongs to the user, mode 0700; path may end in XXXXXX, which is filled in.
 */
MUST_CHECK bool folder_make(char *path, const struct server_user *user, struct error *error);

/* Removes dir, which must belong to owner, and everything in it; the entry `last` goes last, so
 * that a removal that was cut short can be found again. Follows no symlink. */
MUST_CHECK bool folder_remove(const char *dir, uid_t owner, const char *last, struct error *error);

#endif
