"""What governments do: scenarios of law and dated levers, and the tables that a simulator reads."""
