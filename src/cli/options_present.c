#include "cli/options_present.h"

#include <string.h>

size_t options_count(char *const *words) {
    size_t count = 0;
    while (words && words[count])
        count++;
    return count;
}

bool options_pair(const char *option, const char *word, struct arena *arena, const char **name,
                  const char **value, struct error *error) {
    const char *equals = strchr(word, '=');
    if (!equals || equals == word || !equals[1]) {
        error_usage(error, "%s: \"%s\" is not a name, = and a value", option, word);
        return error_hint(error, "for example %s commit_delay=0", option);
    }
    *name = arena_strndup(arena, word, (size_t)(equals - word));
    *value = arena_strdup(arena, equals + 1);
    return true;
}

bool options_presents(char *const *words, struct arena *arena,
                      const struct server_setting **settings, size_t *count, struct error *error) {
    *count = options_count(words);
    struct server_setting *present = ARENA_ARRAY(arena, struct server_setting, *count + 1);
    for (size_t i = 0; i < *count; i++)
        if (!options_pair("--present", words[i], arena, &present[i].name, &present[i].value, error))
            return false;
    *settings = present;
    return true;
}

bool options_for_throwaway(const char *option, const struct session_options *session,
                           struct error *error) {
    if (session->throwaway || !target_given(&session->target) || !option)
        return true;
    error_usage(error, "%s is for a throwaway server, and the settings name one of yours", option);
    return error_hint(error, "leave it out, or add --throwaway");
}
