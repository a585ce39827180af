"""Topics that are in no taxonomy: found per voice, matched across voices, followed over time."""
