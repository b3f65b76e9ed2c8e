"""The brief of a chip: what it is, what the law says of it, how far it stands from every line."""
