#include "result/json_value.h"

#include <math.h>
#include <stdlib.h>

#include "result/result.h"

json_t *value_number(double value) {
    return is_known(value) ? json_real(value) : json_null();
}

json_t *value_whole(double value) {
    return is_known(value) ? json_integer((json_int_t)value) : json_null();
}

json_t *value_signed(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *value_count(uint64_t value) {
    return json_integer((json_int_t)value);
}

json_t *value_text(const char *text) {
    json_t *string = text ? json_string(text) : NULL;
    return string ? string : json_null();
}

json_t *value_filled(const char *text) {
    return text && *text ? value_text(text) : json_null();
}

json_t *value_line(const char *text) {
    if (!text)
        return json_null();
    char *line = mem_strdup(text);
    for (char *at = line; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    json_t *value = value_text(line);
    free(line);
    return value;
}

json_t *value_words(const char **words) {
    json_t *array = json_array();
    for (size_t i = 0; words && words[i]; i++)
        json_array_append_new(array, value_text(words[i]));
    return array;
}

json_t *value_ratio(double above, double below) {
    return is_known(above) && below > 0 ? json_real(above / below) : json_null();
}

json_t *value_tool(const char *version) {
    json_t *tool = json_object();
    json_object_set_new(tool, "version", value_text(version ? version : PGWRITE_VERSION));
    return tool;
}
