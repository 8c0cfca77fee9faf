"""Sessions in the formats of other tools: captions, annotation, speech segments, tables, one document, paper, learning records."""
