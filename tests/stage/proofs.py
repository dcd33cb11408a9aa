# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proofs belong to which story: `proof_of` a staged scene gives an object whose `step(i)` makes them."""

from addon import story

from .proof_transposed import TransposedProof

PROOFS = {
    "transposed": TransposedProof,
}


def story_of(stage) -> str:
    """The story that tells a staged scene: the one it asks for, or the first that suits."""
    asked = stage.asked
    return story.story_of(asked, stage.trace)


def proof_of(stage):
    return PROOFS[story_of(stage)](stage)
