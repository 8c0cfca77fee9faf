"""Speech recognition for many headsets at once: segments of several people heard together, served by Ray Serve."""
