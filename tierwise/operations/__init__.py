"""Operations on deployed stacks: the only part that talks to AWS."""
