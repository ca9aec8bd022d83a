"""What is odd, as messages of topic `alerts`, and from there into the two stores."""
