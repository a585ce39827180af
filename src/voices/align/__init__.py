"""Which problems do both voices have, and how strong is the evidence? One module a layer."""
