"""How odd an order is: what is usual, how far an order lies from it, and the queries that judge the stream."""
