// Other readers of scans, where there are any. Each gives vertices + triangles of the file.
#ifndef FACET_SCAN_PEERS_H
#define FACET_SCAN_PEERS_H

#ifdef __cplusplus
extern "C" {
#endif
long by_fast_obj(const char *path);
long by_miniply(const char *path);
long by_coin(const char *path);
#ifdef __cplusplus
}
#endif

#endif
