// A shared object that exports something else.
extern int facet_not_a_plugin;
int facet_not_a_plugin = 1;
