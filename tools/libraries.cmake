# What the subcommands link, one line a library.
