"""What facts amount to: ratios of specs, growth, shares, ranks, the law's answer on a day, who belongs to whom."""
