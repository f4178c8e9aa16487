"""Control: stepping, holding and changing deliveries, breakpoints, and long runs."""
