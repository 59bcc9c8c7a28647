"""端: the rooms. A port is a role's desk, not a TCP port; rooms are strangers to each other and share `common`."""
