"""Training of networks that tell individual animals apart: data, networks, losses, the loop, figures, export."""
