"""``tierwise lex``: what the SDK cannot express about a bot, made and taken away."""
