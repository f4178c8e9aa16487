"""Pictures: a run as a graph, a diagram, a page, a table or text."""
