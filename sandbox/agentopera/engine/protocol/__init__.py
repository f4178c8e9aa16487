"""What agents and engines agree on."""
