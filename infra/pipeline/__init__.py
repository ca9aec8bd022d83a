"""The main job: which steps run in which order, and how they are shown."""
