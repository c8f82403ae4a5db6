"""Where material comes from: sources, sections, materials, pictures."""
