"""What a team has already: whether each service outside is reached, and has the versions, rights and room it needs."""
