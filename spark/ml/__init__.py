"""The life of a model, whatever its task: trained, judged, promoted, watched."""
