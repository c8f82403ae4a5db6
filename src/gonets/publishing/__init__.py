"""From an approved issue to a run: freezing, letters for the engine, stops."""
