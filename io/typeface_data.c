// The typeface's two files, as they lie in its Debian package when Facet is built.
#include "io/typeface_data.h"

#define EMBED(NAME, FILE)                                                                                              \
    __asm__(".section .rodata\n"                                                                                       \
            ".balign 16\n"                                                                                             \
            ".globl " NAME "\n"                                                                                        \
            ".hidden " NAME "\n" NAME ":\n"                                                                            \
            ".incbin \"" FILE "\"\n"                                                                                   \
            ".globl " NAME "_end\n"                                                                                    \
            ".hidden " NAME "_end\n" NAME "_end:\n"                                                                    \
            ".byte 0\n"                                                                                                \
            ".previous\n")

EMBED("facet_typeface_regular", FACET_TYPEFACE_REGULAR);
EMBED("facet_typeface_bold", FACET_TYPEFACE_BOLD);
