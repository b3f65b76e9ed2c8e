"""What runs in processes of its own: other engines, each inside its own environment, and highfence beside them."""
