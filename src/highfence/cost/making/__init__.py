"""What a chip costs to make: wafers, yield, salvage, memory, packaging and the unit cost that they add up to."""
