// Preloaded into a run (LD_PRELOAD), lets one allocation fail that facet or a plugin asks for; those of MPI, HDF5 and the
// C library are left alone, as what they do then is theirs. FACET_NO_MEMORY=N[:RANK] fails the N-th, on every rank or
// one; FACET_NO_MEMORY_COUNT=FILE adds a line "RANK COUNT" to FILE when a process ends, and "failed" when it strikes.
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_RANGES = 64 };

static struct { uintptr_t begin, end; } ours[MOST_RANGES];
static int n_ours;
static long long wanted;
static bool ready;
static const char *file, *rank;
static atomic_llong asked;

static bool is_ours(const char *name) {
    const char *base = strrchr(name, '/');
    return strncmp(base ? base + 1 : name, "libfacet.so", 11) == 0;
}

static bool program_is_ours(void) {
    char path[4096] = "";
    if (readlink("/proc/self/exe", path, sizeof path - 1) < 0) return false;
    const char *base = strrchr(path, '/');
    return base && strcmp(base, "/facet") == 0;
}

static int look_at(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size, (void)context;
    if (*info->dlpi_name && !is_ours(info->dlpi_name)) return 0; // no name: the program
    for (int i = 0; i < info->dlpi_phnum && n_ours < MOST_RANGES; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
        ours[n_ours].begin = info->dlpi_addr + part->p_vaddr;
        ours[n_ours].end = ours[n_ours].begin + part->p_memsz;
        n_ours++;
    }
    return 0;
}

static void say(const char *text) {
    int to = file ? open(file, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
    if (to < 0) return;
    if (write(to, text, strlen(text)) < 0) file = NULL;
    close(to);
}

__attribute__((constructor)) static void prepare(void) {
    const char *text = getenv("FACET_NO_MEMORY");
    file = getenv("FACET_NO_MEMORY_COUNT");
    rank = getenv("PMIX_RANK");
    if (!rank) rank = "0";
    const char *only = text ? strchr(text, ':') : NULL;
    if (text && (!only || strcmp(only + 1, rank) == 0)) wanted = atoll(text);
    if (program_is_ours()) dl_iterate_phdr(look_at, NULL);
    ready = n_ours > 0;
}

__attribute__((destructor)) static void report(void) {
    char line[64];
    snprintf(line, sizeof line, "%s %lld\n", rank, atomic_load(&asked));
    if (ready && atomic_load(&asked)) say(line);
}

static bool strikes(const void *caller) {
    if (!ready) return false;
    bool asks = false;
    for (int i = 0; i < n_ours; i++)
        asks = asks || ((uintptr_t)caller >= ours[i].begin && (uintptr_t)caller < ours[i].end);
    if (!asks || atomic_fetch_add(&asked, 1) + 1 != wanted) return false;
    say("failed\n");
    return true;
}

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size) {
    return strikes(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return strikes(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    return strikes(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

char *strdup(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = strikes(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}
