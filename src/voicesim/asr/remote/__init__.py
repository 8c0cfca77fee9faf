"""Speech recognition on another machine. Never used unless it is asked for by its address: what is said leaves the machine."""
