"""The month as slides: one claim a slide, what is drawn below it, and where each number comes from.

Content only. `files.slides` writes it as PowerPoint, `files.folder` as a folder of pages without script, and the
presentation shows it on a wall; all three say the same because there is nothing else to say it from.
"""
