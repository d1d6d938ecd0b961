"""PratikoAI's MCP server: one program, as functions on Lambda or as a server on a port."""
