// facet view: a contact sheet of a container's rows.
#ifndef FACET_PIPELINE_COMMAND_VIEW_H
#define FACET_PIPELINE_COMMAND_VIEW_H

int facet_command_view(int argc, char **argv); // argv[0] is "view"; returns the exit status

#endif
