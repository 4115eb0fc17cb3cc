"""Editions: a briefing of one place and month, frozen on one release when it is signed, and what is asked about it.

`draft` what is being written, `content` what is frozen, `files` what is made of it, `frozen` the folder of its bytes,
`record` the steps on the desk, `signing` the way from one to the other, `questions` what leaders ask back.
"""
