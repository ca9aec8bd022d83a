"""The live page: what happens now, and who the customers are; reads PostgreSQL only, and writes nothing."""
