#include "report/xml.h"

#include <stdint.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Length of the UTF-8 sequence at text whose code point XML allows; 0: there is none. Source:
 * RFC 3629, section 4. */
static size_t char_length(const unsigned char *text) {
    size_t length = *text < 0x80 ? 1 : *text < 0xc2 ? 0 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code = length == 1 ? *text : *text & (0xffu >> (length + 1));
    if (length == 0 || *text > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    bool allowed = code == '\t' || code == '\n' || code == '\r' ||
                   (code >= 0x20 && code < 0xd800) || (code >= 0xe000 && code < 0xfffe) ||
                   (code >= 0x10000 && code < 0x110000);
    return allowed && code >= least[length] ? length : 0;
}

void xml_add(struct strbuf *out, const char *text) {
    while (*text) {
        size_t length = char_length((const unsigned char *)text);
        if (length == 0)
            strbuf_add(out, REPLACEMENT);
        else if (*text == '&')
            strbuf_add(out, "&amp;");
        else if (*text == '<')
            strbuf_add(out, "&lt;");
        else if (*text == '>')
            strbuf_add(out, "&gt;");
        else if (*text == '"')
            strbuf_add(out, "&quot;");
        else if (*text == '\t' || *text == '\n' || *text == '\r')
            strbuf_printf(out, "&#%d;", *text);
        else
            strbuf_add_bytes(out, text, length);
        text += length ? length : 1;
    }
}
