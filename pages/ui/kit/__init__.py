"""What every page is built with: the view, questions kept by release, filters, blocks of sentence, figure and source.

In: a release and the reader's choices. Out: pieces of HTML and figures; nothing here knows what a page is about.
"""
