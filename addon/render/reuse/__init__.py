# SPDX-License-Identifier: GPL-3.0-or-later
"""From a scene to its recorded frames: what is known is reused, what is missing is rendered.

What a frame shows (`snapshot`, `footprints`), what that depends on (`reuse_policy`, `material_analysis`,
`fcurve_state`, `scene_fingerprint`, `code_digest`), where missing tiles are rendered (`batch_scene`, `flat_shading`,
`evaluation_scene`), and what keeps them (`cache`, `index`, `recording`). `frames` is the loop over all of it.
"""
