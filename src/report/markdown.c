/* Names that come from a database or a user, made harmless where they are shown. */
#include <string.h>

#include "report/internal.h"

static bool is_control(char c) {
    return (unsigned char)c < ' ' || c == 0x7f;
}

void plain_add(struct strbuf *out, const char *text) {
    for (; *text; text++)
        strbuf_add_char(out, *text == '\n' ? ' ' : is_control(*text) ? '?' : *text);
}

void markdown_add(struct strbuf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '<')
            strbuf_add(out, "&lt;");
        else if (*text == '>')
            strbuf_add(out, "&gt;");
        else if (*text == '&')
            strbuf_add(out, "&amp;");
        else if (is_control(*text))
            strbuf_add_char(out, ' ');
        else {
            if (strchr("\\`*[]|~", *text))
                strbuf_add_char(out, '\\');
            strbuf_add_char(out, *text);
        }
    }
}
