"""What a stack did: available, fast, used, and what it cost, each against what was promised or assumed."""
