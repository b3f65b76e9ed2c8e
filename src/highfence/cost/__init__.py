"""What a chip costs to make, to own and to use, with the money that law adds."""
